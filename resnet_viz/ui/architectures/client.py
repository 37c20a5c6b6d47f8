"""Questions to the inspector about how networks are built, asked once."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.ui import server
from resnet_viz.ui.architectures.subjects import Subject
from resnet_viz.ui.kept_answers import KeptAnswers

Pixels = npt.NDArray[np.uint8]
Drawn = list[tuple[Subject, Architecture]]


def architecture(network: Mapping[str, Any]) -> Architecture:
    """Every operation of ``network``, as `inspection.architectures` is told; raises `ResnetVizError`."""
    return _architecture(json.dumps(network, sort_keys=True))


def ask(question: str, network: Mapping[str, Any], images: Pixels | None = None, **values: Any) -> Frame:
    """The answer to another question about it; raises `ResnetVizError`."""
    arrays = {} if images is None else {"images": images}
    return _answers().answer(_ask, question, {**network, **values}, arrays)


# As it is: nothing changes it, and a copy of a deep network takes as long as asking again.
@st.cache_resource(show_spinner=False, max_entries=64)
def _architecture(values: str) -> Architecture:
    return Architecture.from_values(server.inspector().ask("architecture", json.loads(values)).values)


@st.cache_resource(show_spinner=False)
def _answers() -> KeptAnswers:
    return KeptAnswers()


def _ask(question: str, values: Mapping[str, Any], arrays: Arrays) -> Frame:
    return server.inspector().ask(question, values, arrays)
