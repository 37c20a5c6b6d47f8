"""What only a race asks for: one depth, and how many seeds."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.experiments.kinds import RACE
from resnet_viz.locale import gettext as _
from resnet_viz.networks.family import MAX_DEPTH
from resnet_viz.ui.choose_families import lacks_families, legal_depths
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.settings_form import choose_seeds
from resnet_viz.wording import running_text

_SHOWN_DEPTH: Final = 110
"""The depth slider ends here, as the paper's figures do; a link may go further."""
_COLUMN_PX: Final = 230
"""The button's text fits into this, in both languages."""


def choose_race() -> DeltaGenerator:
    """Show depth and seeds; the place for the button."""
    with st.grid(3, min_column_width=_COLUMN_PX, vertical_alignment="bottom", gap="medium"):
        with st.container():
            _depth()
        with st.container():
            choose_seeds(RACE_FORM)
        return st.container()


def refusal() -> str:
    """What the form lacks; empty where that is nothing."""
    return lacks_families(RACE_FORM)


def _depth() -> None:
    setting = RACE.settings["depth"]
    key = RACE_FORM.key("depth")
    current = st.session_state[key]
    legal = {depth for depth in legal_depths(RACE_FORM) if depth <= max(_SHOWN_DEPTH, current)}
    st.select_slider(
        _(setting.label),
        sorted(legal | {current}),
        key=key,
        help=running_text((_(setting.help), _("A link may ask for up to {most}.").format(most=MAX_DEPTH))),
    )
