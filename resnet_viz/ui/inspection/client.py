"""Questions to the inspector, asked once: answers are kept, those about an image for its session only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from resnet_viz.images.fitting import Wanted
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.specs import RunSpec
from resnet_viz.ui import server
from resnet_viz.ui.inspection.networks import Network
from resnet_viz.ui.kept_answers import KeptAnswers

Pixels = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.int64]

_TEST_SETS_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Layer:
    """A tap of a network: its name, what stands there and how deep it is."""

    name: str
    kind: str
    position: int


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a network without any image.

    Attributes:
        run: what a run of ours was asked for, and ``step`` how far it was; None for other networks.
        classes: English; gettext keys where the network is one of ours.
        layers: in the order of the forward pass.
        default_layer: the last feature maps before pooling.
        image: what it takes.
    """

    run: RunSpec | None
    step: int | None
    classes: tuple[str, ...]
    layers: tuple[Layer, ...]
    default_layer: str
    image: Wanted

    @property
    def depth(self) -> int:
        """Weighted layers on the main path."""
        return max(layer.position for layer in self.layers)

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the reader's language where there are translations."""
        return self.classes if self.run is None else tuple(map(_, self.classes))


def about(network: Network) -> About:
    """Raises `ResnetVizError` where the network cannot be loaded."""
    return _about(network.reference, network.version)


def ask(network: Network, question: str, images: Pixels, **values: Any) -> Frame:
    """The answer to ``question`` about ``images`` uint8 [B, C, H, W], from the session's memory if known.

    Arrays among ``values`` are sent along; raises `ResnetVizError`.
    """
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    plain = {name: value for name, value in values.items() if name not in arrays}
    asked = {"model": network.reference} | plain
    return _answers().answer(_ask, question, asked, {"images": images} | arrays, network.version)


def predict(network: Network, images: Pixels) -> npt.NDArray[np.float32]:
    """Logits [B, classes]."""
    logits: npt.NDArray[np.float32] = ask(network, "predict", images).arrays["logits"]
    return logits


def test_set(
    network: Network, on_progress: Callable[[float], None]
) -> tuple[Labels, npt.NDArray[np.float32]]:
    """Labels [N] of the test images that suit ``network``, and its logits [N, classes].

    The first time this takes a while; ``on_progress`` is told which share is done.
    """
    known, key = _test_sets(), (network.reference, network.version)
    answer = known.get(key)
    while answer is None:
        found = server.inspector().ask("test_set", {"model": network.reference})
        if "logits" in found.arrays:
            answer = known[key] = found
            while len(known) > _TEST_SETS_KEPT:
                known.pop(next(iter(known)), None)
        else:
            on_progress(found.values["share"])
    return answer.arrays["labels"], answer.arrays["logits"]


def test_images(network: Network, indices: tuple[int, ...]) -> tuple[Pixels, Labels]:
    """The test images number ``indices``, uint8 [B, C, H, W], and their labels [B]; raises `NotFound`."""
    answer = _ask_globally(network.reference, network.version, "test_images", indices)
    return answer.arrays["images"], answer.arrays["labels"]


def samples(network: Network) -> tuple[list[int], list[int], Pixels]:
    """One test image of each class: numbers, labels, and uint8 [classes, C, H, W]."""
    found = _ask_globally(network.reference, network.version, "samples", ()).arrays
    return found["indices"].tolist(), found["labels"].tolist(), found["images"]


def probabilities(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Softmax over the last axis."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(-1, keepdims=True))
    shares: npt.NDArray[np.float64] = shifted / shifted.sum(-1, keepdims=True)
    return shares


@st.cache_resource(show_spinner=False)
def _test_sets() -> dict[tuple[str, int], Frame]:
    return {}


@st.cache_data(show_spinner=False, max_entries=128)
def _about(reference: str, version: int) -> About:
    values = server.inspector().ask("about", {"model": reference}).values
    return About(
        None if values["spec"] is None else RunSpec.checked(**values["spec"]),
        values["step"],
        tuple(values["classes"]),
        tuple(Layer(tap["name"], tap["kind"], tap["position"]) for tap in values["taps"]),
        values["default_tap"],
        Wanted(**values["image"]),
    )


@st.cache_data(show_spinner=False, max_entries=64)
def _ask_globally(reference: str, version: int, question: str, indices: tuple[int, ...]) -> Frame:
    arrays = {"indices": np.array(indices, np.int64)} if indices else {}
    return server.inspector().ask(question, {"model": reference}, arrays)


@st.cache_resource(show_spinner=False, scope="session")
def _answers() -> KeptAnswers:
    return KeptAnswers()


def _ask(question: str, values: Mapping[str, Any], arrays: Arrays) -> Frame:
    return server.inspector().ask(question, values, arrays)
