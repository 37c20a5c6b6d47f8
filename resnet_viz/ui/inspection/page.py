"""The Inspect page: an image, what both networks make of it, and below that all that lies behind."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, labels, server
from resnet_viz.ui.inspection.block_by_block import block_by_block
from resnet_viz.ui.inspection.checkpoints import checkpoints
from resnet_viz.ui.inspection.choose_networks import choose_networks
from resnet_viz.ui.inspection.client import about, predict
from resnet_viz.ui.inspection.details import details
from resnet_viz.ui.inspection.image_card import facts_line, show_origin
from resnet_viz.ui.inspection.images import choose_image
from resnet_viz.ui.inspection.layers import layers
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.map_types import Shown
from resnet_viz.ui.inspection.over_depth import over_depth
from resnet_viz.ui.inspection.selection import Selection, layer_axes
from resnet_viz.ui.inspection.side_by_side import side_by_side
from resnet_viz.ui.inspection.trust_checks import trust_checks
from resnet_viz.ui.language import in_readers_language

_SECTIONS: Final[dict[str, tuple[str, Callable[[Selection, Shown], None]]]] = {
    "maps": (N_("In numbers"), details),
    "time": (N_("During training"), checkpoints),
    "layers": (N_("Feature maps"), layers),
    "depth": (N_("Layer statistics"), over_depth),
    "blocks": (N_("Block by block"), block_by_block),
    "honesty": (N_("Can the map be trusted?"), trust_checks),
}


def inspect_page() -> None:
    """Everything on the page."""
    server.inspector()  # opens while the page is drawn
    head = st.container(horizontal=True, vertical_alignment="center", key="inspect_head")
    head.title(
        _("Inspect"),
        anchor=False,
        help=_(
            "One image, two trained networks: their predictions, their feature maps, and which parts of the "
            "image support a class."
        ),
        width="content",
    )
    LINK.take_over()
    remarks = head.container(key="inspect_remarks")  # beside the title, where it moves nothing
    selection = _selection()
    if selection is not None:
        st.fragment(_looked_at)(selection)
    with remarks:
        address_bar.tell(LINK.notices())


def _selection() -> Selection | None:
    bar = st.container(horizontal=True, gap="small", vertical_alignment="center", key="inspect_bar")
    pair = choose_networks(bar)
    if pair is None:
        return None
    try:
        with st.spinner(_("Opening the networks; the first time takes some seconds …")):
            known = [about(network) for network in pair.networks]
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/error:")
        return None
    seen = choose_image(bar, pair, known[-1])
    if seen is None:
        return None
    logits = tuple(predict(network, seen.pixels)[0] for network in pair.networks)
    return Selection(pair, tuple(known), layer_axes(known), seen, logits)


@in_readers_language
def _looked_at(selection: Selection) -> None:
    above = st.container(key="inspect_above")
    section = _choose_section()
    with above:
        shown = side_by_side(selection, layers_needed=section == "layers")
        show_origin(selection.seen)
        facts_line(selection.pair, selection.known[-1])
    try:
        _SECTIONS[section][1](selection, shown)
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/block:")


def _choose_section() -> str:
    texts = {name: title for name, (title, _show) in _SECTIONS.items()}
    return LINK.choose(
        "look",
        list(_SECTIONS),
        "maps",
        lambda key: st.pills(
            _("Look at"),
            list(_SECTIONS),
            format_func=lambda name: labels.label(texts, name),
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )
