"""What the reader chooses on the Architectures page: networks, and how they are drawn."""

from dataclasses import dataclass
from typing import Final, cast

import streamlit as st

from resnet_viz.architecture.levels import LEVELS, Level
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import possible_depths
from resnet_viz.specs import DataShape, NetworkSpec
from resnet_viz.ui import labels
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.painting import NOTHING, PAINTS, offered
from resnet_viz.ui.architectures.subjects import Subject, is_type, references, subjects, title_of

_INPUTS: Final = {"3x32x32": (3, 32), "1x28x28": (1, 28), "1x14x14": (1, 14), "3x64x64": (3, 64)}
_CLASSES: Final = 10
_WIDTHS: Final = (4, 8, 16, 32, 64)
_BATCHES: Final = (1, 32, 64, 128, 256)
_DEEPEST: Final = 110
_SHOWN: Final = {"both": N_("Side by side"), "difference": N_("Difference")}
_LEVEL_TITLES: Final[dict[str, str]] = {
    "stage": N_("Stages"),
    "block": N_("Blocks"),
    "operation": N_("Operations"),
}
_FORMS: Final = {"chain": N_("Chain"), "stream": N_("Stream")}


@dataclass(frozen=True, slots=True)
class Chosen:
    """All of it; ``batch`` images are what memory is counted for."""

    subjects: list[Subject]
    depth: int
    batch: int
    show: str
    level: Level
    stream: bool
    paint: str


def choose() -> Chosen:
    """Show the controls."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="architectures_top"):
        st.title(_("Architectures"), anchor=False, width="content")
        names = references([LINK.said("left"), LINK.said("right")])
        pair = [_network("left", names, "plain"), _network("right", names, "residual")]
        with st.popover(_("Size"), icon=":material/tune:"):
            base, shape, batch = _size()
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="architectures_bar"):
        depth = _depth([one for one in pair if is_type(one)], base)
        show = _segments("show", _SHOWN, _("Shown"))
        level = _segments("level", _LEVEL_TITLES, _("Level"), LEVELS[1])
        form = _segments("form", _FORMS, _("Form"))
        found = subjects(pair, base, depth, shape)
        paints = offered(found)
        paint = LINK.choose(
            "paint",
            paints,
            NOTHING,
            lambda key: st.selectbox(
                _("Paint"),
                paints,
                format_func=lambda name: labels.label(PAINTS, name),
                key=key,
                label_visibility="collapsed",
                width=360,
            ),
        )
    return Chosen(found, depth, batch, show, cast(Level, level), form == "stream", paint)


def _network(side: str, names: list[str], default: str) -> str:
    title = _("Left network") if side == "left" else _("Right network")
    return LINK.choose(
        side,
        names,
        default,
        lambda key: st.selectbox(
            title, names, format_func=title_of, key=key, label_visibility="collapsed", width=210
        ),
    )


def _size() -> tuple[NetworkSpec, DataShape, int]:
    width = LINK.choose(
        "width",
        _WIDTHS,
        16,
        lambda key: st.select_slider(_("Width (channels of the first stage)"), _WIDTHS, key=key),
    )
    image = LINK.choose(
        "input",
        list(_INPUTS),
        "3x32x32",
        lambda key: st.selectbox(
            _("Image"), list(_INPUTS), format_func=lambda name: name.replace("x", " × "), key=key
        ),
    )
    batch = LINK.choose(
        "batch",
        _BATCHES,
        128,
        lambda key: st.select_slider(
            _("Batch size"), _BATCHES, key=key, help=_("How many images memory is counted for.")
        ),
    )
    channels, px = _INPUTS[image]
    return (
        NetworkSpec.model_construct(width=width),
        DataShape(channels=channels, px=px, classes=_CLASSES),
        batch,
    )


def _depth(types: list[str], base: NetworkSpec) -> int:
    """At which network types are built; where there are none it does not matter."""
    if not types:
        return _DEEPEST
    legal = [depth for depth in possible_depths(types, base) if depth <= _DEEPEST]
    return LINK.choose(
        "depth",
        legal,
        min(legal, key=lambda depth: abs(depth - 20)),
        lambda key: st.select_slider(
            _("Depth"),
            legal,
            format_func=lambda depth: _("depth {depth}").format(depth=depth),
            key=key,
            label_visibility="collapsed",
            width=130,
        ),
    )


def _segments(name: str, titles: dict[str, str], label: str, default: str = "") -> str:
    return LINK.choose(
        name,
        list(titles),
        default or next(iter(titles)),
        lambda key: st.segmented_control(
            label,
            list(titles),
            format_func=lambda one: labels.label(titles, one),
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )
