"""The feature maps of a layer one by one, and in a block what is added to what."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import coloured, largest
from resnet_viz.pictures.feature_maps import is_signed, ordered, silent_channels
from resnet_viz.pictures.overlay import shown
from resnet_viz.processes.channel import Frame
from resnet_viz.ui import labels
from resnet_viz.ui.inspection.client import ask
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Shown
from resnet_viz.ui.inspection.maps import colour_bar
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.picture import show_picture
from resnet_viz.ui.picture_buttons import PictureButton, picture_buttons
from resnet_viz.wording import number, running_text

Maps = npt.NDArray[np.float32]

PER_PAGE: Final = 32
_ORDERS: Final[dict[str, str]] = {
    "energy": N_("Strongest first"),
    "mean": N_("Largest mean first"),
    "index": N_("By number"),
}
_SCALES: Final[dict[str, str]] = {"own": N_("Each on its own scale"), "shared": N_("One scale for all")}
_PARTS: Final = {
    "input": N_("x, the input"),
    "branch": N_("F(x), the residual branch"),
    "sum": N_("x + F(x), the sum"),
    "output": N_("after the ReLU"),
}
_CORRESPONDING: Final = N_("Corresponding channels started from the same weights.")
_UNRELATED: Final = N_("The channels of one network have nothing to do with those of the other.")
_PLAIN_PARTS: Final = {
    "input": N_("x, the input"),
    "branch": N_("H(x), the output"),
    "sum": N_("no skip connection: nothing is added"),
    "output": N_("after the ReLU"),
}


def layers(selection: Selection, shown_above: Shown) -> None:
    """One map of the chosen layer large, the addition in a block, and the grid of all maps."""
    chosen = shown_above.layers
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        order = LINK.choose(
            "sort",
            list(_ORDERS),
            "energy",
            lambda key: st.selectbox(
                _("Order"),
                list(_ORDERS),
                format_func=lambda name: labels.label(_ORDERS, name),
                key=key,
                width=220,
            ),
        )
        scale = LINK.choose(
            "shade",
            list(_SCALES),
            "own",
            lambda key: st.pills(
                _("Colours"),
                list(_SCALES),
                format_func=lambda name: labels.label(_SCALES, name),
                key=key,
                required=True,
            ),
        )
    with st.spinner(_("Computing …")):
        answers = [
            ask(network, "activations", selection.seen.pixels, tap=chosen[network.slot])
            for network in selection.networks
        ]
    shown = _channels(answers, order, is_matched=selection.is_matched)
    how = _(
        "Each small picture is one channel of this layer, bright where it responds strongly. Press one to "
        "see it large."
    )
    if len(answers) > 1:
        how = running_text((how, _(_CORRESPONDING) if selection.is_matched else _(_UNRELATED)))
    st.caption(how)
    for column, network, answer, channel in zip(
        st.columns(len(answers), gap="medium"), selection.networks, answers, shown, strict=True
    ):
        with column, network_card(network.look, network.slot, "layer", height="stretch"):
            st.markdown(f"#### {network.name}")
            _large(answer, channel.number, scale)
            if "branch" in answer.arrays:
                _addition(answer, channel.number, is_plain=network.slot == "plain")
            _grid(answer.arrays["maps"], order, scale, channel, network.slot)


class _Channel(NamedTuple):
    """Which one is shown large, and the name of that choice in the link."""

    number: int
    parameter: str


def _channels(answers: list[Frame], order: str, *, is_matched: bool) -> list[_Channel]:
    """The same channel of both networks where they correspond, else one of each."""
    if is_matched:
        count = min(len(answer.arrays["maps"]) for answer in answers)
        first = int(ordered(answers[-1].arrays["maps"], order)[0])
        return [_Channel(LINK.recall("map", range(count), first), "map")] * len(answers)
    return [
        _Channel(LINK.recall(parameter, range(len(maps)), int(ordered(maps, order)[0])), parameter)
        for parameter, maps in zip(
            ["map2", "map"][-len(answers) :], (answer.arrays["maps"] for answer in answers), strict=True
        )
    ]


def _large(answer: Frame, index: int, scale: str) -> None:
    maps: Maps = answer.arrays["maps"]
    signed = is_signed(maps)
    limit = largest(maps if scale == "shared" else maps[index], signed=signed)
    values = maps[index]
    show_picture(
        shown(coloured(values, limit, signed=signed).transpose(2, 0, 1)),
        width=260,
        alt=_("Channel {number} (0–{last})").format(number=index, last=len(maps) - 1),
    )
    with st.container(width=260):
        colour_bar(limit, signed=signed)
    st.caption(
        _(
            "Channel {number} (0–{last}): mean {mean}, from {low} to {high}. Silent channels (for this "
            "image): {silent} of {total}"
        ).format(
            number=index,
            last=len(maps) - 1,
            total=len(maps),
            mean=number(float(values.mean())),
            low=number(float(values.min())),
            high=number(float(values.max())),
            silent=int(silent_channels(maps).sum()),
        )
    )


def _addition(answer: Frame, index: int, *, is_plain: bool) -> None:
    """The chosen channel of x, F(x) and what comes of them, on one scale; no ReLU, no picture after it."""
    texts = {
        name: text
        for name, text in (_PLAIN_PARTS if is_plain else _PARTS).items()
        if name != "output" or name in answer.arrays
    }
    parts: dict[str, Maps] = {}
    for name in texts:
        # Where a block changes the shape, what is added is the shortcut's version of x.
        source = "shortcut" if name == "input" and not is_plain else name
        values: Maps = answer.arrays[source]
        if index < len(values):
            parts[name] = values[index]
    limit = max(largest(values, signed=True) for values in parts.values())
    places = st.grid(columns=len(texts), gap="small", min_column_width=70)
    for name, text in texts.items():
        with places, st.container():
            if name not in parts:
                st.caption(_("x has no such channel here"))
                continue
            values = parts[name]
            show_picture(
                shown(coloured(values, limit, signed=True).transpose(2, 0, 1), 120),
                width="stretch",
                alt=_(text),
            )
            rms = number(float(np.sqrt(np.square(values).mean())))
            st.caption(_("{what}, root mean square {value}").format(what=_(text), value=rms))


def _grid(maps: Maps, order: str, scale: str, channel: _Channel, slot: str) -> None:
    indices = ordered(maps, order)
    pages = -(-len(indices) // PER_PAGE)
    page = 1
    if pages > 1:
        page = int(
            st.number_input(_("Page, of {pages}").format(pages=pages), 1, pages, key=f"inspect_maps_{slot}")
        )
    signed = is_signed(maps)
    shared = largest(maps, signed=signed)
    silent = silent_channels(maps)
    found = []
    for one in indices[(page - 1) * PER_PAGE : page * PER_PAGE].tolist():
        limit = shared if scale == "shared" else largest(maps[one], signed=signed)
        title = _("Channel {number}, mean {mean}").format(number=one, mean=number(float(maps[one].mean())))
        if silent[one]:
            title = _("{channel}, silent for this image").format(channel=title)
        found.append(PictureButton(str(one), coloured(maps[one], limit, signed=signed), title, str(one)))
    picture_buttons(
        found,
        key=f"inspect_grid_{slot}",
        label=_("Feature maps"),
        chosen=str(channel.number),
        on_pick=lambda name: LINK.choose_now(channel.parameter, int(name)),
        size_px=58,
    )
