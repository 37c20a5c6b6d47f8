"""What to sweep: preset, families, depths, seeds, one button, and everything else behind an expander."""

from typing import Final

import streamlit as st

from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.locale import gettext as _
from resnet_viz.networks.family import MAX_DEPTH
from resnet_viz.ui.choose_families import choose_families, depths_of_first, lacks_families, legal_depths
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.settings_form import choose_seeds

_SHOWN_DEPTH: Final = 110
"""Depths to press end here, as the paper's figures do; a link and the range go further."""
_MOST_SHOWN: Final = 40
"""As many depths to press find room; of a type that has more, every second or third is shown."""


def choose_sweep() -> None:
    """Show network types, seeds and depths."""
    families, seeds = st.columns([7, 3], gap="medium")
    with families:
        choose_families(DEPTH_FORM)
    with seeds:
        choose_seeds(DEPTH_FORM)
    _depths()


def refusal() -> str:
    """What the form lacks; empty where that is nothing."""
    if lacking := lacks_families(DEPTH_FORM):
        return lacking
    return "" if st.session_state[DEPTH_FORM.key("depths")] else _("Choose at least one depth.")


def _depths() -> None:
    setting = SWEEP.settings["depths"]
    key = DEPTH_FORM.key("depths")
    legal = legal_depths(DEPTH_FORM)
    offered = [depth for depth in depths_of_first(DEPTH_FORM) if depth <= _SHOWN_DEPTH]
    every = -(-len(offered) // _MOST_SHOWN)
    pills, more = st.columns([3, 2], vertical_alignment="bottom", gap="medium")
    pills.pills(
        _(setting.label),
        sorted({*offered[::every], *st.session_state[key]}),
        selection_mode="multi",
        key=key,
        wrap=True,
        help=_(setting.help),
    )
    with more.popover(_("A range of depths"), icon=":material/linear_scale:", width="stretch"):
        _range(legal)


def _range(legal: list[int]) -> None:
    """From, to, every how many: sets the depths at once, beyond those to press as well."""
    unit = legal[1] - legal[0] if len(legal) > 1 else 1
    first, last = st.columns(2)
    low = first.number_input(_("From"), legal[0], legal[-1], legal[0], unit, key="depth_from")
    high = last.number_input(_("To"), legal[0], legal[-1], min(56, legal[-1]), unit, key="depth_to")
    every = st.select_slider(
        _("Every … layers"), [unit * n for n in (1, 2, 3, 4, 6, 9)], unit * 2, key=f"depth_every_{unit}"
    )
    st.caption(_("Up to depth {most}.").format(most=MAX_DEPTH))
    st.button(
        _("Use these depths"),
        on_click=_take_range,
        args=(low, high, every),
        width="stretch",
        key="depth_range",
    )


def _take_range(low: int, high: int, every: int) -> None:
    legal = [depth for depth in legal_depths(DEPTH_FORM) if low <= depth <= high]
    if legal:
        st.session_state[DEPTH_FORM.key("depths")] = [d for d in legal if (d - legal[0]) % every == 0]
