"""Attribution maps: asked for, coloured, and put into words."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.attribution.completeness import Balance
from resnet_viz.attribution.methods import METHODS, Emptiness
from resnet_viz.attribution.remarks import emptiness_sentence
from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _
from resnet_viz.pictures.colours import css_gradient, largest
from resnet_viz.pictures.overlay import overlay
from resnet_viz.ui.inspection.client import ask
from resnet_viz.ui.inspection.map_types import Look, MapAsked, NetworkMap
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.inspection.selection import Selection
from resnet_viz.ui.picture import show_picture
from resnet_viz.wording import number
from resnet_viz.wording import signed as signed_number


def map_of(network: Network, selection: Selection, asked: MapAsked) -> NetworkMap:
    """The network's map, or why there is none."""
    try:
        answer = ask(network, "maps", selection.seen.pixels, **asked.question(network))
    except ResnetVizError as refusal:
        return NetworkMap(network, None, refusal=str(refusal))
    emptiness: Emptiness = answer.values["empty"][0]
    balances = [Balance(*values) for values in answer.values["balances"]]
    return NetworkMap(network, answer.arrays["raw"][0], emptiness, balance=balances[0] if balances else None)


def logit_difference(logits: npt.NDArray[np.float32], asked: MapAsked) -> str:
    """What a map against a class explains, as it is shown: the logit of the one minus that of the other."""
    assert asked.against is not None
    return signed_number(number(float(logits[asked.target] - logits[asked.against])))


def limits_of(found: tuple[NetworkMap, ...], look: Look) -> tuple[float, ...]:
    """The value that gets the strongest colour, for each network."""
    own = [0.0 if one.values is None else largest(one.values, signed=look.signed) for one in found]
    return tuple(own if look.scale == "own" else [max(own)] * len(own))


def show_map(selection: Selection, one: NetworkMap, limit: float, look: Look, asked: MapAsked) -> None:
    """The map over the image, with its colours; or why there is none."""
    if one.values is None:
        st.error(one.refusal, icon=":material/block:")
        return
    show_picture(
        overlay(selection.seen.pixels[0], one.values, limit, signed=look.signed, opacity=look.opacity),
        width="stretch",
        alt=_describe(one, one.values, asked),
    )
    colour_bar(limit, signed=look.signed)


def colour_bar(limit: float, *, signed: bool) -> None:
    """What the colours mean, with the values at the ends."""
    low = number(-limit) if signed else "0"
    st.html(
        '<div class="colour-bar" aria-hidden="true">'
        f"<span>{low}</span>"
        f'<i style="background: {css_gradient(signed=signed)}"></i>'
        f"<span>{number(limit)}</span></div>"
    )


def _describe(one: NetworkMap, values: npt.NDArray[np.float32], asked: MapAsked) -> str:
    empty = emptiness_sentence(METHODS[asked.method], one.empty, contrast=asked.against is not None)
    if empty is not None:
        return str(empty)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    text = _(
        "{network} network: strongest at row {row} of {rows}, column {column} of {columns}, counted from the "
        "top left."
    )
    return text.format(
        network=one.network.name,
        row=int(row) + 1,
        rows=values.shape[0],
        column=int(column) + 1,
        columns=values.shape[1],
    )
