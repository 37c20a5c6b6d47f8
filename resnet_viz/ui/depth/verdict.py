"""What the sweep has shown so far, in words, from its numbers."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.experiments.sweeps import CellHistory, SweepSpec
from resnet_viz.findings.depth import SweepVerdictKind, sweep_verdict
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

_HEADLINES: Final = {
    SweepVerdictKind.WAITING: N_("Not enough measured yet"),
    SweepVerdictKind.HARMS_PLAIN: N_("Depth harms the plain networks"),
    SweepVerdictKind.HARMS_BOTH: N_("Depth harms both"),
    SweepVerdictKind.HARMS: N_("Depth harms these networks"),
    SweepVerdictKind.NO_EFFECT: N_("Depth does no harm in this setting"),
    SweepVerdictKind.UNDECIDED: N_("Undecided"),
}
_SPARES_RESIDUAL: Final = N_("Depth harms the plain networks, not the residual ones")


def show_verdict(spec: SweepSpec, cells: Sequence[CellHistory]) -> None:
    """The verdict, its headline first."""
    found = sweep_verdict(spec, cells)
    spared = found.kind is SweepVerdictKind.HARMS_PLAIN and found.spares_residual
    headline = _(_SPARES_RESIDUAL if spared else _HEADLINES[found.kind])
    if not found.complete:
        headline = _("So far: {headline}").format(headline=headline)
    with st.container(border=True, key="depth_verdict"):
        st.subheader(headline, anchor=False)
        st.markdown("\n".join(f"- {plain_text(str(sentence))}" for sentence in found.sentences))


def plain_text(text: str) -> str:
    """``text`` with nothing that Markdown would read as formatting."""
    for sign in "*_$~":
        text = text.replace(sign, f"\\{sign}")
    return text
