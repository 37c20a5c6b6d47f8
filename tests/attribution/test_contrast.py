"""Why one class and not another: all methods explain the difference of two logits, and the checks follow."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.attribution import faithfulness
from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.attribution.restoring import Cancelled
from resnet_viz.attribution.sanity import randomisation_cascade, untrained_maps
from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import NetworkSpec
from tests.attribution.networks import batch, every_kind, lively, named, small
from tests.attribution.oracle import expected
from tests.attribution.trained import trained

FEW = AttributionOptions(steps=4, most_steps=4, samples=3, window=0.4, stride=0.7)
TAP = "stage2.block1"
AGAINST = 4
ASKED = [name for name, method in METHODS.items() if method.knows_class]
# A map that is linear in the score is that of one class minus that of the other.
LINEAR = ["gradcam", "input-x-gradient", "integrated-gradients", "occlusion", "deeplift"]


def with_difference_in_the_head(network: ResidualNetwork, against: int) -> nn.Module:
    """The same network, its last layer rewritten: each logit is its class's minus that of ``against``."""
    with torch.no_grad():
        for name in ("head.weight", "head.bias"):
            values = network.get_parameter(name)
            values.sub_(values[against].clone())
    return network


@pytest.mark.parametrize("spec", every_kind(), ids=named)
def test_every_method_explains_the_difference_against_float64_autograd(spec: NetworkSpec) -> None:
    """The oracle has the difference in the weights of its last layer and knows of no second class."""
    images, targets = batch(3)
    rewritten = with_difference_in_the_head(lively(spec), AGAINST)
    for name in ASKED:
        if name == "deeplift" and spec.norm == "group":
            continue  # refused
        options = FEW.but(against=AGAINST)
        found = attribute(lively(spec), images, targets, name, TAP, options, rows=2).values
        oracle = torch.stack(
            [
                expected(rewritten, images[i : i + 1], int(targets[i]), name, TAP, FEW)
                for i in range(len(images))
            ]
        )
        tolerance = 2e-4 * float(oracle.abs().max()) + 1e-9
        np.testing.assert_allclose(found, oracle.numpy(), rtol=1e-3, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("method", LINEAR)
def test_a_linear_map_is_that_of_one_class_minus_that_of_the_other_and_swapping_changes_its_sign(
    method: str,
) -> None:
    network, images = lively(small()), batch(3)[0]
    one, other = torch.tensor([1, 1, 1]), torch.tensor([AGAINST] * 3)

    def maps(targets: Tensor, options: AttributionOptions = FEW) -> np.ndarray:
        return attribute(network, images, targets, method, TAP, options).values

    contrast = maps(one, FEW.but(against=AGAINST))
    swapped = maps(other, FEW.but(against=1))
    rounding = 1e-4 * float(np.abs(contrast).max())
    np.testing.assert_allclose(contrast, maps(one) - maps(other), atol=rounding)
    np.testing.assert_allclose(swapped, -contrast, atol=rounding)
    assert np.abs(contrast - maps(one)).max() > 100 * rounding


@pytest.mark.parametrize("method", ["saliency", "smoothgrad"])
def test_a_method_without_signs_has_one_map_for_both_ways(method: str) -> None:
    network, images = lively(small()), batch(1)[0]
    there = attribute(network, images, torch.tensor([1]), method, options=FEW.but(against=2)).values
    back = attribute(network, images, torch.tensor([2]), method, options=FEW.but(against=1)).values
    np.testing.assert_allclose(there, back, rtol=1e-4)
    assert there.max() > 0


@pytest.mark.parametrize("method", ["integrated-gradients", "deeplift"])
def test_a_complete_map_sums_to_how_far_the_difference_of_the_logits_is_from_that_of_the_mean_colour(
    method: str,
) -> None:
    network, images, targets = trained()
    images, targets = images[:4], targets[:4]
    others = (targets + 1) % 10
    with torch.no_grad():
        own, mean = network(images), network(torch.zeros_like(images))
    for index in range(len(images)):
        against, target = int(others[index]), int(targets[index])
        wanted = float((own - mean)[index, target] - (own - mean)[index, against])
        found = attribute(
            network,
            images[index : index + 1],
            targets[index : index + 1],
            method,
            options=AttributionOptions(against=against),
        )
        assert found.balances[0].difference == pytest.approx(wanted, rel=1e-4, abs=1e-4)
        assert float(found.values.sum()) == pytest.approx(wanted, rel=0.02)


def test_the_checks_follow_the_same_difference() -> None:
    """Random weights, a new network and small shifts: each on a network with the difference in its head."""
    images, targets = batch(2)
    options = FEW.but(against=AGAINST)
    network, rewritten = lively(small()), with_difference_in_the_head(lively(small()), AGAINST)
    last = list(randomisation_cascade(network, images, targets, "gradcam", TAP, options, seed=1))[-1]
    untrained = untrained_maps(network, images, targets, "gradcam", TAP, options, seed=1)
    np.testing.assert_allclose(last.maps.values, untrained.values, atol=1e-6)
    alone = untrained_maps(network, images, targets, "gradcam", TAP, FEW, seed=1)
    assert np.abs(alone.values - untrained.values).max() > 1e-3
    moved = faithfulness.sensitivity(network, images, targets, "gradcam", TAP, options)
    wanted = faithfulness.sensitivity(rewritten, images, targets, "gradcam", TAP, FEW)
    np.testing.assert_allclose(moved, wanted, rtol=1e-3)


def test_deletion_and_insertion_follow_the_probability_among_the_two_classes() -> None:
    """Both ends of both curves, worked out from logits; and nothing but the difference decides."""
    network, images, targets = trained()
    images, targets = images[:3], targets[:3]
    against = int((targets[0] + 1) % 10)
    targets = torch.where(targets == against, (targets + 1) % 10, targets)
    maps = attribute(network, images, targets, "saliency", options=FEW.but(against=against)).values
    without = faithfulness.deletion(network, images, targets, maps, against=against, points=5)
    back = faithfulness.insertion(network, images, targets, maps, against=against, points=5)

    def shares(batch: Tensor) -> np.ndarray:
        with torch.no_grad():
            logits = network(batch).double().numpy()
        difference = logits[np.arange(len(batch)), targets] - logits[:, against]
        return np.asarray(1 / (1 + np.exp(-difference)))

    whole, nothing = shares(images), shares(torch.zeros_like(images))
    np.testing.assert_allclose(without.probability[:, [0, -1]], np.stack([whole, nothing], 1), rtol=1e-4)
    np.testing.assert_allclose(back.probability[:, [0, -1]], np.stack([nothing, whole], 1), rtol=1e-4)
    alone = faithfulness.deletion(network, images, targets, maps, points=5)
    assert np.abs(alone.probability - without.probability).max() > 0.01


@pytest.mark.parametrize("stop", [False, True])
def test_the_network_is_as_it_was(stop: bool) -> None:
    network = lively(small()).eval()
    images, targets = batch(2)
    before = network(images).detach()
    options = FEW.but(against=AGAINST)
    if stop:
        with pytest.raises(Cancelled):
            attribute(network, images, targets, "gradcam", TAP, options, cancelled=lambda: True)
    else:
        attribute(network, images, targets, "gradcam", TAP, options)
    assert torch.equal(network(images).detach(), before)


class OneOutput(nn.Module):
    """A score and nothing to compare it with."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)
        self.head = nn.Linear(2, 1)

    def forward(self, x: Tensor) -> Tensor:
        score: Tensor = self.head(self.conv(x).mean((2, 3)))
        return score


@pytest.mark.parametrize(
    ("network", "targets", "against", "method", "code"),
    [
        (lively(small()), [0, 3], 3, "gradcam", "same_class"),
        (lively(small()), [0, 3], 5, "gradcam", "unknown_class"),
        (lively(small()), [0, 3], 4, "activation", "method_knows_no_class"),
        (OneOutput(), [0, 0], 0, "saliency", "no_second_class"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_sentence(
    network: nn.Module, targets: list[int], against: int, method: str, code: str
) -> None:
    options = AttributionOptions(against=against)
    with pytest.raises(InvalidSetting) as refusal:
        attribute(network, batch(2)[0], torch.tensor(targets), method, TAP, options)
    assert (refusal.value.code, refusal.value.field) == (code, "against")
    assert str(refusal.value).count(".") == 1
    assert str(refusal.value).endswith(".")


def test_a_negative_class_is_refused_before_any_network_is_asked() -> None:
    with pytest.raises(InvalidSetting):
        AttributionOptions.checked(against=-1)


def test_options_without_a_second_class_are_written_as_before() -> None:
    """Digests and exports of what was possible before stay what they were."""
    assert "against" not in AttributionOptions().to_json()
    assert "against" not in AttributionOptions(steps=7).model_dump()
    assert AttributionOptions.from_json(AttributionOptions(against=3).to_json()).against == 3
