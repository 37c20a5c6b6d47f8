"""The image and what the networks make of it, next to each other: prediction and map of each."""

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.attribution.methods import METHODS
from resnet_viz.attribution.remarks import emptiness_sentence
from resnet_viz.locale import gettext as _
from resnet_viz.ui.inspection.client import probabilities
from resnet_viz.ui.inspection.image_card import show_image
from resnet_viz.ui.inspection.map_controls import choose_map, offer_contrast, show_layer_remarks
from resnet_viz.ui.inspection.map_types import MapAsked, NetworkMap, Shown
from resnet_viz.ui.inspection.maps import limits_of, logit_difference, map_of, show_map
from resnet_viz.ui.inspection.selection import Selection, choose_layers
from resnet_viz.ui.network_card import network_card
from resnet_viz.wording import percent

_KEY: Final = "inspect_result"


def side_by_side(selection: Selection, *, layers_needed: bool) -> Shown:
    """Show it; ``layers_needed``: a layer is to be chosen, whether the map needs one or not."""
    result = st.container(key=f"{_KEY}_{len(selection.networks)}")  # as many columns stand ready for the maps
    with result, st.container(border=True, key="inspect_image_card", height="stretch"):
        show_image(selection.seen)
        with st.popover(
            _("Map settings"), icon=":material/tune:", width="stretch", key="inspect_map_settings"
        ):
            asked, look = choose_map(selection)
        offer_contrast(selection, asked)
    method = METHODS[asked.method]
    layers = choose_layers(selection) if method.needs_tap or layers_needed else {}
    if method.needs_tap:
        asked = replace(asked, layers=layers)
        show_layer_remarks(selection, asked)
    with st.spinner(_("Computing …")):
        maps = tuple(map_of(network, selection, asked) for network in selection.networks)
    shown = Shown(asked, look, layers, maps, limits_of(maps, look))
    _show_networks(result, selection, shown)
    return shown


def _show_networks(result: DeltaGenerator, selection: Selection, shown: Shown) -> None:
    for one, limit, logits in zip(shown.maps, shown.limits, selection.logits, strict=True):
        with result, network_card(one.network.look, one.network.slot, "map", height="stretch"):
            st.markdown(f"#### {one.network.name}")
            show_map(selection, one, limit, shown.look, shown.asked)
            st.markdown(_prediction(selection, probabilities(logits)))
            st.caption(_of_the_map(selection, one, shown.asked, logits))


def _prediction(selection: Selection, shares: npt.NDArray[np.float64]) -> str:
    best = int(shares.argmax())
    parts = [percent(float(shares[best]))]
    truth = selection.seen.truth
    if truth is not None:
        parts.append(_("✓ correct") if best == truth else _("✗ wrong"))
    name = _("Prediction: **{name}**").format(name=selection.class_names[best])
    return f"{name}  \n{' · '.join(parts)}"


def _of_the_map(
    selection: Selection, one: NetworkMap, asked: MapAsked, logits: npt.NDArray[np.float32]
) -> str:
    """What the map shows, and why where it shows nothing."""
    method = METHODS[asked.method]
    line = _(method.title)
    if asked.against is not None:
        line = _("{method}: why {name} and not {other} (difference of the logits {difference})").format(
            method=line,
            name=selection.class_names[asked.target],
            other=selection.class_names[asked.against],
            difference=logit_difference(logits, asked),
        )
    elif asked.knows_class:
        line = _("{method} for {name} ({share})").format(
            method=line,
            name=selection.class_names[asked.target],
            share=percent(float(probabilities(logits)[asked.target])),
        )
    empty = emptiness_sentence(method, one.empty, contrast=asked.against is not None)
    return line if empty is None else f"{line}  \n:material/visibility_off: {empty}"
