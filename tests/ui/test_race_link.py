"""Links: short, read back exactly, and never able to ask for what cannot be built."""

import pytest

from resnet_viz.presets import PRESETS
from resnet_viz.specs import RaceSpec
from resnet_viz.ui.race_link import (
    CUSTOM,
    PRESET_NAMES,
    SETTINGS,
    changed_settings,
    from_link,
    preset_race,
    to_link,
)


@pytest.mark.parametrize("preset", PRESET_NAMES)
def test_a_preset_needs_at_most_its_name(preset: str) -> None:
    link = to_link(preset, preset_race(preset))
    assert link in ({}, {"preset": preset})
    assert from_link(link) == (preset, preset_race(preset), [])


def test_every_setting_of_a_race_is_in_the_table() -> None:
    fields = {("race", "seeds")}
    for part in ("network", "data", "train"):
        fields |= {(part, name) for name in type(getattr(RaceSpec().run, part)).model_fields}
    # Set from the data, or the same for every race.
    fields -= {("network", name) for name in ("in_channels", "image_px", "classes", "family")}
    assert {(setting.part, setting.field) for setting in SETTINGS.values()} == fields


@pytest.mark.parametrize(
    "link",
    [
        {"depth": "56", "lr": "0.01", "seeds": "3"},
        {"preset": "vanishing", "images": "500", "resolution": "all"},
        {"preset": CUSTOM, "block": "bottleneck", "depth": "29", "width": "4"},
        {"block": "preactivation-bottleneck", "depth": "56"},
        {"preset": "vanishing", "norm": "group", "init": "zero-last-norm"},
        {"steps": "20", "warmup": "5", "schedule": "one-cycle", "optimizer": "adam", "lr": "0.001"},
    ],
)
def test_a_link_is_read_back_as_it_was_written(link: dict[str, str]) -> None:
    preset, race, notices = from_link(link)
    assert notices == []
    assert to_link(preset, race) == link
    assert from_link(to_link(preset, race)) == (preset, race, [])


@pytest.mark.parametrize(
    ("link", "name", "says"),
    [
        ({"depth": "21"}, "depth", "20, 26"),
        ({"depth": "999999999"}, "depth", "1202"),
        ({"width": "abc"}, "width", "whole number"),
        ({"lr": "nan"}, "lr", "number"),
        ({"steps": "-1"}, "steps", "at least 1"),
        ({"shortcut": "none"}, "shortcut", "shortcut with none"),
        ({"block": "<b>"}, "block", "basic"),
        ({"seeds": "11"}, "seeds", "at most 10"),
        ({"steps": "10", "warmup": "10"}, "warmup", "shorter"),
    ],
)
def test_an_illegal_value_falls_back_and_is_named(link: dict[str, str], name: str, says: str) -> None:
    preset, race, notices = from_link(link)
    assert preset == "degradation"
    assert SETTINGS[name].of(race) == SETTINGS[name].of(PRESETS["degradation"].race)
    assert len(notices) == 1
    assert f"{name}={link[name]}" in notices[0]
    assert says in notices[0]


def test_one_illegal_value_does_not_spoil_the_others() -> None:
    _preset, race, notices = from_link({"preset": "nonsense", "depth": "56", "lr": "x", "width": "4"})
    assert (race.run.network.depth, race.run.network.width, len(notices)) == (56, 4, 2)


def test_depth_and_seeds_leave_a_preset_what_it_is() -> None:
    _preset, race, _notices = from_link({"depth": "56", "seeds": "2", "seed": "7", "width": "4"})
    assert changed_settings("degradation", race) == ["width"]
