"""Who looks at a map does not wait for checks of minutes: which questions count as long."""

from typing import get_args

import pytest

from resnet_viz.attribution.methods import MethodName
from resnet_viz.inspection.lanes import is_long

LONG = {"integrated-gradients", "smoothgrad", "occlusion"}


@pytest.mark.parametrize("method", get_args(MethodName))
def test_maps_are_long_where_the_image_goes_through_the_network_many_times(method: str) -> None:
    assert is_long("maps", {"method": method, "options": {}}) == (method in LONG)


@pytest.mark.parametrize("question", ["baselines", "sanity", "faith", "milliseconds", "onnx"])
def test_checks_are_long(question: str) -> None:
    assert is_long(question, {"method": "gradcam"})


@pytest.mark.parametrize(
    "question", ["about", "predict", "test_set", "samples", "activations", "prepare", "architecture"]
)
def test_what_every_visitor_asks_first_is_short(question: str) -> None:
    assert not is_long(question, {"model": "bundled:residual"})
