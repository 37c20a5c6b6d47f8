"""Readable for all: contrast against both backgrounds, and two lines that differ in more than colour."""

from pathlib import Path

import pytest

import resnet_viz
from resnet_viz.figures.families import PALETTE, family_looks, role_looks
from resnet_viz.figures.looks import NetworkLook, other_look
from resnet_viz.figures.theme import DARK, LIGHT, ON_DARK, Theme, empty, faded, layout


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


LOOKS = family_looks(("plain", "residual"))


@pytest.mark.parametrize(("look", "page"), [(LIGHT, "#ffffff"), (DARK, "#0e1117")])
def test_contrast_meets_wcag(look: Theme, page: str) -> None:
    assert all(_contrast(style.colour, page) >= 3 for style in LOOKS.values())
    assert _contrast(look.text, page) >= 7
    assert _contrast(look.text, look.surface) >= 7


def test_plain_and_residual_are_told_apart_without_colour() -> None:
    assert len({style.dash for style in LOOKS.values()}) == 2


def test_variants_are_told_apart_without_colour_where_there_are_marks() -> None:
    looks = family_looks(("plain", "residual", "residual+projection", "plain+no-norm", "residual+no-norm"))
    assert len({style.symbol for style in looks.values()}) == len(looks)
    assert len({style.colour for style in looks.values()}) == len(looks)


def test_faded_keeps_the_colour() -> None:
    assert faded("#D55E00", 0.2) == "rgba(213,94,0,0.2)"


def test_plain_and_residual_look_as_they_always_did() -> None:
    assert {
        "plain": NetworkLook("Plain", "#D55E00", "dash", "circle-open"),
        "residual": NetworkLook("Residual", "#0072B2", "solid", "circle"),
    } == LOOKS
    assert family_looks(("residual+projection",))["residual+projection"].colour == LOOKS["residual"].colour


def test_networks_are_called_plain_and_residual() -> None:
    assert [style.name for style in LOOKS.values()] == ["Plain", "Residual"]


def test_the_first_data_begin_a_chart_of_its_own() -> None:
    """Else plotly.js keeps what the axes of the empty chart became: which way round they run."""
    full = layout(LIGHT, "map", {}, {"autorange": "reversed"})
    assert empty(LIGHT, "map")["layout"]["uirevision"] != full["uirevision"]


def test_the_boxes_of_networks_have_an_edge_in_every_colour_and_style_of_the_charts() -> None:
    """`ui.network_card` names them in its keys; without a rule an edge would be grey."""
    rules = (Path(resnet_viz.__file__).parent / "ui" / "style.css").read_text(encoding="utf-8")
    for colour in PALETTE.values():
        assert f'[class*="st-key-role_card_"][class*="_{colour.lstrip("#")}"]' in rules
    for look in (*role_looks().values(), other_look("")):
        assert look.edge == "solid" or f'[class*="st-key-role_card_{look.edge}_"]' in rules


@pytest.mark.parametrize("colour", PALETTE.values())
def test_every_colour_of_a_network_is_seen_on_a_dark_page(colour: str) -> None:
    assert _contrast(ON_DARK.get(colour, colour), "#0F161D") >= 6


def test_colours_stay_apart_on_a_dark_page() -> None:
    assert len({ON_DARK.get(colour, colour) for colour in PALETTE.values()}) == len(PALETTE)


def test_edges_are_those_of_the_charts_in_both_themes() -> None:
    rules = (Path(resnet_viz.__file__).parent / "ui" / "style.css").read_text(encoding="utf-8")
    for colour in PALETTE.values():
        assert f"border-top-color: {NetworkLook('', colour, '', '').css}" in rules or colour not in ON_DARK
