"""What an experiment has shown so far, in words, from its numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.findings.verdict import Verdict, verdict
from resnet_viz.locale import gettext as _
from resnet_viz.wording import running_text


def show_verdict(
    kind: Kind, spec: Experiment, cells: Sequence[CellHistory], evidence: Callable[[Verdict[Any]], None]
) -> None:
    """The verdict, its headline first, and what it rests on."""
    found = verdict(kind, spec, cells)
    with st.container(border=True, key=f"{kind.page}_verdict"):
        st.subheader(str(found.headline), anchor=False)
        st.markdown("\n".join(f"- {plain_text(str(sentence))}" for sentence in found.sentences))
        st.caption(plain_text(running_text(found.notes)))
    evidence(found)


def say_incomparable(networks: int) -> None:
    """In place of a verdict, where nothing that is left of so many network types can be compared."""
    two = _("There is no verdict: for every seed, one of the two networks is missing.")
    more = _("There is no verdict: for every seed, one of the networks is missing.")
    st.info(two if networks == 2 else more, icon=":material/balance:")


def plain_text(text: str) -> str:
    """``text`` with nothing that Markdown would read as formatting."""
    for sign in "*_$~":
        text = text.replace(sign, f"\\{sign}")
    return text
