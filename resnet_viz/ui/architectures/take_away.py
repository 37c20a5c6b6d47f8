"""Both networks as files: for print, for programs, and as PyTorch and ONNX."""

from collections.abc import Callable

import streamlit as st

from resnet_viz.architecture.exported import as_json
from resnet_viz.architecture.graph import Architecture
from resnet_viz.architecture.mermaid import mermaid
from resnet_viz.architecture.svg import View, draw_file
from resnet_viz.exports.network_program import network_program, published_program
from resnet_viz.locale import gettext as _
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn
from resnet_viz.ui.architectures.onnx_making import onnx, show_progress
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.language import in_readers_language


def take_away(chosen: Chosen, drawn: Drawn) -> None:
    """A row of buttons for each network; files are made when a button is pressed."""
    for side, (subject, architecture) in zip(("left", "right"), drawn, strict=True):
        st.markdown(f"**{subject.title}**")
        with st.container(horizontal=True, gap="small"):
            _buttons(chosen, side, subject, architecture)
    show_progress([subject for subject, _architecture in drawn])
    st.caption(
        _(
            "The program is plain PyTorch; it loads weights that were exported from Runs. ONNX has the "
            "newest weights of a run, else random ones, and takes up to half a minute to make."
        )
    )


def _buttons(chosen: Chosen, side: str, subject: Subject, architecture: Architecture) -> None:
    view = View(chosen.level, subject.colour, chosen.stream)
    stem = subject.file_stem
    _button(
        f"{side}_svg", _("Drawing (SVG)"), f"{stem}.svg", lambda: draw_file(architecture, view, subject.title)
    )
    _button(f"{side}_python", _("Program (PyTorch)"), f"{stem}.py", lambda: _program(subject, architecture))
    _button(f"{side}_onnx", _("Network (ONNX)"), f"{stem}.onnx", lambda: onnx(subject))
    _button(f"{side}_json", _("Numbers (JSON)"), f"{stem}.json", lambda: as_json(subject.title, architecture))
    _button(f"{side}_mermaid", _("Flowchart (Mermaid)"), f"{stem}.mmd", lambda: mermaid(architecture))


def _program(subject: Subject, architecture: Architecture) -> str:
    if subject.spec is None or subject.shape is None:
        return published_program(subject.reference.partition(":")[2], architecture.parameters)
    return network_program(subject.spec, subject.shape, architecture.parameters)


def _button(key: str, title: str, file_name: str, make: Callable[[], str | bytes]) -> None:
    st.download_button(
        title,
        data=in_readers_language(make),
        file_name=file_name,
        mime="application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        key=f"architectures_{key}",
    )
