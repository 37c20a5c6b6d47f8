"""What is said beside a map is true of that map."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.completeness import Balance
from resnet_viz.attribution.methods import METHODS
from resnet_viz.attribution.remarks import balance_remarks, emptiness_sentence, layer_remark
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.own_images import images_for


class HalfSilent(nn.Module):
    """Two channels after a ReLU: the first is silent for bright images, yet the logit hangs on it."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1, bias=False)
        self.relu = nn.ReLU()
        self.head = nn.Linear(2, 1)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([-1.0, 1.0]).view(2, 1, 1, 1))
            self.head.weight.copy_(torch.tensor([[3.0, 0.0]]))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.relu(self.conv(x)).mean((2, 3)))
        return logits


def test_a_silent_layer_is_not_said_to_be_without_influence() -> None:
    """Grad-CAM is exactly zero, though the logit changes as soon as the channel responds."""
    network, image, target = HalfSilent(), torch.ones(1, 1, 4, 4), torch.tensor([0])
    found = attribute(network, image, target, "gradcam", "relu")
    assert not found.values.any()
    maps = network.relu(network.conv(image)).detach().requires_grad_()
    network.head(maps.mean((2, 3)))[0, 0].backward()
    assert maps.grad is not None
    assert (maps.grad[0, 0] > 0).all()
    text = str(emptiness_sentence(METHODS["gradcam"], found.emptiness(0)))
    assert "silent" in text
    assert "may still have influence" in text
    assert "no change" not in text


def test_layer_activation_knows_no_class() -> None:
    """At bare convolutions of the bundled networks the mean is often negative everywhere."""
    model = load_model("bundled:plain", Path("unused"))
    images = model.normalised(images_for(model, Path("unused")).test_images[:2])
    tap = "stage1.block2.conv1"
    one, other = (
        attribute(model.network, images, torch.tensor([target] * 2), "activation", tap) for target in (0, 7)
    )
    np.testing.assert_array_equal(one.values, other.values)
    assert one.emptiness(0) == "negative"
    method = METHODS["activation"]
    assert not method.knows_class
    said = [str(emptiness_sentence(method, emptiness)) for emptiness in ("negative", "zero")]
    assert not any("this class" in text or "evidence" in text or "speaks" in text for text in said)


@pytest.mark.parametrize("name", METHODS)
def test_nothing_general_is_said_about_randomised_weights(name: str) -> None:
    """That is measured on the networks that are looked at."""
    assert "random" not in METHODS[name].meaning


@pytest.mark.parametrize("kind", ["stem", "conv", "shortcut"])
def test_grad_cam_at_a_convolution_is_not_offered_as_selvarajus(kind: str) -> None:
    assert "before any normalisation and ReLU" in str(layer_remark("gradcam", kind))
    assert "Selvaraju" not in str(layer_remark("activation", kind))
    assert layer_remark("gradcam", "block") is None
    assert layer_remark("saliency", kind) is None


def test_of_two_classes_it_is_said_what_the_values_of_a_map_sum_to() -> None:
    (told,) = balance_remarks(Balance(10.1, 10.2, 400), contrast=True)
    assert str(told).endswith(
        "the difference of the two logits (scores before softmax) changes by 10.2 (400 steps)."
    )
    (told,) = balance_remarks(Balance(-0.5, -0.5), contrast=True)
    assert str(told).endswith("changes by −0.500.")


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.knows_class])
def test_an_empty_map_of_two_classes_names_both(name: str) -> None:
    """What is said of one class's score is not true of a difference; swapping shows the other side."""
    negative = str(emptiness_sentence(METHODS[name], "negative", contrast=True))
    assert "Swap the two classes" in negative
    zero = str(emptiness_sentence(METHODS[name], "zero", contrast=True))
    assert "this class" not in zero
    assert "two classes" in zero
    assert emptiness_sentence(METHODS[name], "", contrast=True) is None


def test_values_that_miss_the_difference_are_said_to() -> None:
    (fits,) = balance_remarks(Balance(10.1, 10.2, 400))
    assert (
        str(fits) == "The values sum to 10.1; the logits (scores before softmax) differ by 10.2 (400 steps)."
    )
    _sum, missed = balance_remarks(Balance(1.2, 10.29, 50))
    assert "9.09, 88.3" in str(missed)
    _sum, nothing = balance_remarks(Balance(0.5, 0.0))
    assert "–" in str(nothing)
