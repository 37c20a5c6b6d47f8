"""What the sweep has shown so far, in words, from its numbers."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.findings.verdict import depth_verdict
from resnet_viz.wording import running_text


def show_verdict(spec: Experiment, cells: Sequence[CellHistory]) -> None:
    """The verdict, its headline first."""
    found = depth_verdict(spec, cells)
    with st.container(border=True, key="depth_verdict"):
        st.subheader(str(found.headline), anchor=False)
        st.markdown("\n".join(f"- {plain_text(str(sentence))}" for sentence in found.sentences))
        st.caption(plain_text(running_text(found.notes)))


def plain_text(text: str) -> str:
    """``text`` with nothing that Markdown would read as formatting."""
    for sign in "*_$~":
        text = text.replace(sign, f"\\{sign}")
    return text
