"""What an experiment has shown so far, in words, from its numbers."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.experiments.kinds import Kind
from resnet_viz.findings.verdict import Verdict, verdict
from resnet_viz.locale import gettext as _
from resnet_viz.ui.experiment.view import ExperimentView
from resnet_viz.wording import running_text


def judged(kind: Kind, view: ExperimentView, cells: Sequence[CellHistory]) -> Verdict[Any] | str:
    """The verdict so far, or why there is none.

    Where nothing is trained anew by itself, on the seeds of which all networks are left. A network type of
    which nothing is left does not count, where others can still be compared.
    """
    spec = view.spec
    if kind.reuses:
        if not view.finished:
            return _("The verdict comes when runs have finished.")
        return verdict(kind, spec, cells)
    if not view.settled:
        return _("The verdict comes when all networks have finished.")
    there = {cell.family for cell in cells}
    families = tuple(name for name in spec.families if name in there)
    if len(families) < 2:
        families = spec.families
    lacking = {p.cell.seed for p in view.cells if p.run is None and p.cell.family in families}
    seeds = {place.cell.seed for place in view.cells} - lacking
    if not seeds:
        two = _("There is no verdict: for every seed, one of the two networks is missing.")
        more = _("There is no verdict: for every seed, one of the networks is missing.")
        return two if len(spec.families) == 2 else more
    spec = spec.but(families=families, seeds=len(seeds))
    return verdict(kind, spec, [cell for cell in cells if cell.seed in seeds])


def show_headline(kind: Kind, found: Verdict[Any] | str) -> None:
    """The verdict in one sentence, above the charts, in a place that is kept for it."""
    with st.container(key=f"{kind.page}_headline", horizontal=True, vertical_alignment="center"):
        if isinstance(found, str):
            st.caption(f":material/balance: {found}")
        else:
            st.subheader(str(found.headline), anchor=False)


def show_verdict(kind: Kind, found: Verdict[Any] | str) -> None:
    """The sentences of the verdict and how it was judged; its place is kept while there is none."""
    with st.container(border=True, key=f"{kind.page}_verdict"):
        st.subheader(_("Verdict"), anchor="verdict")
        if isinstance(found, str):
            st.caption(found)
            return
        st.markdown("\n".join(f"- {plain_text(str(sentence))}" for sentence in found.sentences))
        st.caption(plain_text(running_text(found.notes)))


def plain_text(text: str) -> str:
    """``text`` with nothing that Markdown would read as formatting."""
    for sign in "*_$~":
        text = text.replace(sign, f"\\{sign}")
    return text
