"""The Architectures page: two networks drawn, their difference, and what lies behind."""

from typing import Final

import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, server
from resnet_viz.ui.architectures import panes
from resnet_viz.ui.architectures.choices import Chosen, choose
from resnet_viz.ui.architectures.client import architecture
from resnet_viz.ui.architectures.costs import costs
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.subjects import Subject

Drawn = list[tuple[Subject, Architecture]]


def architectures_page() -> None:
    """Everything on the page."""
    server.inspector()  # opens while the page is drawn
    LINK.take_over()
    remarks = st.container()
    chosen = choose()
    try:
        with st.spinner(_("Reading the networks; the first time takes some seconds …")):
            drawn = [(subject, architecture(subject)) for subject in chosen.subjects]
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/error:")
    else:
        _show(chosen, drawn)
    with remarks:
        address_bar.tell(LINK.notices())


def _show(chosen: Chosen, drawn: Drawn) -> None:
    if chosen.show == "difference":
        panes.show_difference(chosen, drawn)
    else:
        panes.show_side_by_side(chosen, drawn)
    costs(drawn, chosen.batch)


_SECTIONS: Final = ()
