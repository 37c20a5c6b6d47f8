"""The Architectures page: two networks drawn, their difference, and what lies behind."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.ui import address_bar, labels, server
from resnet_viz.ui.architectures import panes
from resnet_viz.ui.architectures.block_builder import build_block
from resnet_viz.ui.architectures.choices import Chosen, choose
from resnet_viz.ui.architectures.claims_table import show_claims
from resnet_viz.ui.architectures.client import Drawn, architecture
from resnet_viz.ui.architectures.costs import costs
from resnet_viz.ui.architectures.field_of_view import fields_of_view
from resnet_viz.ui.architectures.link import LINK
from resnet_viz.ui.architectures.outline import outline
from resnet_viz.ui.architectures.play import play
from resnet_viz.ui.architectures.take_away import take_away

_SECTIONS: Final[dict[str, tuple[str, Callable[[Chosen, Drawn], None]]]] = {
    "costs": (N_("Costs"), costs),
    "claims": (N_("Claims"), show_claims),
    "view": (N_("Field of view"), fields_of_view),
    "play": (N_("Play"), play),
    "block": (N_("Build a block"), build_block),
    "outline": (N_("As a list"), outline),
    "take": (N_("Take away"), take_away),
}


def architectures_page() -> None:
    """Everything on the page."""
    server.inspector()  # opens while the page is drawn
    LINK.take_over()
    remarks = st.container()
    try:
        chosen = choose()
        with st.spinner(_("Reading the networks; the first time takes some seconds …")):
            drawn = [(subject, architecture(subject.question)) for subject in chosen.subjects]
        if chosen.show == "difference":
            panes.show_difference(chosen, drawn)
        else:
            panes.show_side_by_side(chosen, drawn)
        _section()(chosen, drawn)
    except ResnetVizError as refusal:
        st.error(str(refusal), icon=":material/error:")
    with remarks:
        address_bar.tell(LINK.notices())


def _section() -> Callable[[Chosen, Drawn], None]:
    titles = {name: title for name, (title, _show) in _SECTIONS.items()}
    name = LINK.choose(
        "look",
        list(_SECTIONS),
        "costs",
        lambda key: st.pills(
            _("Look at"),
            list(_SECTIONS),
            format_func=lambda name: labels.label(titles, name),
            key=key,
            required=True,
            label_visibility="collapsed",
        ),
    )
    return _SECTIONS[name][1]
