"""What only a race asks for: one depth, and how many seeds."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.experiments.kinds import RACE
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import possible_depths
from resnet_viz.networks.family import MAX_DEPTH
from resnet_viz.specs import NetworkSpec
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


def _depth() -> None:
    setting = RACE.settings["depth"]
    key = RACE_FORM.key("depth")
    network = NetworkSpec.model_construct(block=st.session_state[RACE_FORM.key("block")])
    shown = max(_SHOWN_DEPTH, st.session_state[key])
    st.select_slider(
        _(setting.label),
        [
            depth
            for depth in possible_depths(st.session_state[RACE_FORM.key("families")], network)
            if depth <= shown
        ],
        key=key,
        help=running_text((_(setting.help), _("A link may ask for up to {most}.").format(most=MAX_DEPTH))),
    )
