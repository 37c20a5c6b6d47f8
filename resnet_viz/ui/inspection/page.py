"""The Inspect page: networks and image on top, what the networks make of it below."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, labels, server
from resnet_viz.ui.inspection.checkpoints import checkpoints
from resnet_viz.ui.inspection.choose_networks import choose_networks
from resnet_viz.ui.inspection.client import about, predict
from resnet_viz.ui.inspection.image_card import facts_line, show_predictions, show_seen
from resnet_viz.ui.inspection.images import choose_image
from resnet_viz.ui.inspection.layers import layers
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.maps import maps
from resnet_viz.ui.inspection.over_depth import over_depth
from resnet_viz.ui.inspection.selection import Selection, layer_axes
from resnet_viz.ui.inspection.trust_checks import trust_checks
from resnet_viz.ui.language import in_readers_language

_SECTIONS: Final[dict[str, tuple[str, Callable[[Selection], None]]]] = {
    "maps": (N_("Attribution map"), maps),
    "time": (N_("During training"), checkpoints),
    "layers": (N_("Feature maps"), layers),
    "depth": (N_("Layer statistics"), over_depth),
    "honesty": (N_("Can the map be trusted?"), trust_checks),
}


def inspect_page() -> None:
    """Everything on the page."""
    server.inspector()  # opens while the page is drawn
    st.title(_("Inspect"), anchor=False)
    st.markdown(
        _(
            "One image, two trained networks: their predictions, their feature maps, and which parts of the "
            "image support a class."
        )
    )
    LINK.take_over()
    remarks = st.container()
    selection = _selection()
    if selection is not None:
        st.fragment(_sections)(selection)
    with remarks:
        address_bar.tell(LINK.notices())


def _selection() -> Selection | None:
    with st.container(border=True, key="inspect_networks_card"):
        pair = choose_networks()
        if pair is None:
            return None
        try:
            with st.spinner(_("Opening the networks; the first time takes some seconds …")):
                known = [about(network) for network in pair.networks]
        except ResnetVizError as refusal:
            st.error(str(refusal), icon=":material/error:")
            return None
        facts_line(pair, known[-1])
    image_column, prediction_column = st.columns([5, 6], gap="medium")
    with image_column, st.container(border=True, key="inspect_image_card", height="stretch"):
        seen = choose_image(pair, known[-1])
        if seen is not None and seen.source != "test":  # with the test images there is more room beside them
            show_seen(seen)
    if seen is None:
        return None
    logits = tuple(predict(network, seen.pixels)[0] for network in pair.networks)
    selection = Selection(pair, tuple(known), layer_axes(known), seen, logits)
    with prediction_column:
        show_predictions(selection)
        for warning in seen.warnings:
            st.warning(warning, icon=":material/travel_explore:")
        if seen.source == "test":
            with st.container(border=True, key="inspect_seen_card"):
                show_seen(seen)
    return selection


@in_readers_language
def _sections(selection: Selection) -> None:
    texts = {name: title for name, (title, _show) in _SECTIONS.items()}
    chosen = LINK.choose(
        "look",
        list(_SECTIONS),
        "maps",
        lambda key: st.segmented_control(
            _("Look at"),
            list(_SECTIONS),
            format_func=lambda name: labels.label(texts, name),
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )
    try:
        _SECTIONS[chosen][1](selection)
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/block:")
