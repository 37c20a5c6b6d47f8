"""Maps by hand, by a second implementation in float64, by identities; batches, refusals, empty maps."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.attribution.attribute import attribute, upsampled
from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.errors import InvalidSetting
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.specs import NetworkSpec, Norm
from tests.attribution.networks import batch, every_kind, linear, lively, named, small
from tests.attribution.oracle import expected

FEW = AttributionOptions(steps=4, most_steps=4, samples=3, window=0.4, stride=0.7)


class TinyNetwork(nn.Module):
    """Two 1×1 filters, rectified, averaged, and two classes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 1, bias=False)
        self.relu = nn.ReLU()
        self.head = nn.Linear(2, 2)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([1.0, -2.0]).view(2, 1, 1, 1))
            self.head.weight.copy_(torch.tensor([[4.0, 1.0], [-4.0, -1.0]]))
            self.head.bias.copy_(torch.tensor([0.5, 0.0]))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.head(self.relu(self.conv(x)).mean((2, 3)))
        return y


IMAGE = torch.tensor([[[[1.0, -1.0], [0.0, 3.0]]]])
# Filters answer [1 0; 0 3] and [0 2; 0 0]; each logit is their mean over 4 places, times the weights.
BY_HAND = {
    "gradcam": [[1.0, 0.5], [0.0, 3.0]],
    "saliency": [[1.0, 0.5], [0.0, 1.0]],
    "input-x-gradient": [[1.0, 0.5], [0.0, 3.0]],
    "guided-backprop": [[1.0, -0.5], [0.0, 1.0]],
    "activation": [[0.5, 1.0], [0.0, 1.5]],
    "deeplift": [[1.0, 0.5], [0.0, 3.0]],
    "integrated-gradients": [[1.0, 0.5], [0.0, 3.0]],
    "guided-gradcam": [[1.0, -0.25], [0.0, 3.0]],
    "occlusion": [[1.0, 0.5], [0.0, 3.0]],
}


@pytest.mark.parametrize("method", BY_HAND)
def test_values_worked_out_by_hand(method: str) -> None:
    options = AttributionOptions(window=0.5, stride=1)
    result = attribute(TinyNetwork(), IMAGE, torch.tensor([0]), method, "relu", options)
    np.testing.assert_allclose(result.values, [BY_HAND[method]], atol=1e-6)
    assert result.values.dtype == np.float32
    assert result.tap == ("relu" if METHODS[method].needs_tap else "")
    assert result.maximum.tolist() == pytest.approx([np.max(BY_HAND[method])])
    assert result.minimum.tolist() == pytest.approx([np.min(BY_HAND[method])])


def test_an_empty_map_says_why() -> None:
    """Class 1 has only negative weights; a black image has no answer at all."""
    images = torch.cat([IMAGE, torch.zeros_like(IMAGE), IMAGE])
    result = attribute(TinyNetwork(), images, torch.tensor([1, 1, 0]), "gradcam", "relu")
    assert result.is_empty.tolist() == [True, True, False]
    assert [result.emptiness(i) for i in range(3)] == ["negative", "zero", ""]


@pytest.mark.parametrize("spec", every_kind(), ids=named)
def test_every_method_against_float64_autograd(spec: NetworkSpec) -> None:
    """Batches of one and three, at a tap in the middle, on each kind of network."""
    network = lively(spec)
    images, targets = batch(3)
    tap = "stage2.block1"
    for name, method in METHODS.items():
        if name == "deeplift" and spec.norm == "group":
            continue  # refused, see below
        found = attribute(network, images, targets, name, tap, FEW, rows=2).values
        single = attribute(network, images[:1], targets[:1], name, tap, FEW).values
        assert found.shape == (3, *((4, 4) if method.needs_tap and "guided" not in name else (8, 8)))
        oracle = torch.stack(
            [
                expected(network, images[i : i + 1], int(targets[i]), name, tap, FEW)
                for i in range(len(images))
            ]
        )
        tolerance = 2e-4 * float(oracle.abs().max()) + 1e-9
        np.testing.assert_allclose(found, oracle.numpy(), rtol=1e-3, atol=tolerance, err_msg=name)
        np.testing.assert_allclose(single, oracle[:1].numpy(), rtol=1e-3, atol=tolerance, err_msg=name)


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_pictures_of_one_colour_have_finite_maps_by_every_method_at_every_layer(norm: Norm) -> None:
    """Nothing differs from place to place, and nothing is divided by that."""
    spec = small(norm=norm)
    network = lively(spec)
    images = torch.stack([torch.full((3, 8, 8), value) for value in (-2.0, 0.0, 2.0)])
    targets = torch.tensor([0, 1, 2])
    for name, method in METHODS.items():
        taps = ("stem", "stage1.block1", "stage3") if method.needs_tap else (None,)
        for tap in taps:
            found = attribute(network, images, targets, name, tap, FEW)
            assert np.isfinite(found.values).all(), (name, tap)
            assert np.isfinite([found.minimum, found.maximum]).all(), (name, tap)


@pytest.mark.parametrize("tap", ["stem", "stage1.block1.conv2", "stage2.block1.shortcut.conv", "stage3"])
def test_grad_cam_at_every_kind_of_tap(tap: str) -> None:
    spec = small(shortcut="projection")
    network = lively(spec)
    images, targets = batch(2)
    found = attribute(network, images, targets, "gradcam", tap).values
    for i in range(2):
        oracle = expected(network, images[i : i + 1], int(targets[i]), "gradcam", tap, FEW)
        np.testing.assert_allclose(found[i], oracle.numpy(), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("spec", every_kind(), ids=named)
def test_the_last_map_and_the_bias_sum_to_the_logit(spec: NetworkSpec) -> None:
    """Global average pooling and one linear layer: Σ map + bias = logit (SCIENCE §4).

    A pre-activation network pools what its last ReLU puts out, not its last block.
    """
    network = lively(spec).eval()
    images, targets = batch(3)
    tap = "last_relu" if spec.block.startswith("preactivation") else "stage3.block1"
    maps = torch.from_numpy(attribute(network, images, targets, "gradcam", tap).values)
    with torch.no_grad():
        logits = network(images).gather(1, targets[:, None])[:, 0]
        torch.testing.assert_close(
            maps.sum((1, 2)) + network.head.bias[targets], logits, rtol=1e-4, atol=1e-5
        )


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.complete])
@pytest.mark.parametrize("spec", [spec for spec in every_kind() if spec.norm != "group"], ids=named)
def test_complete_methods_sum_to_the_difference_of_logits(method: str, spec: NetworkSpec) -> None:
    network = lively(spec).eval()
    images, targets = batch(2)
    found = attribute(network, images, targets, method)
    with torch.no_grad():
        difference = (network(images) - network(torch.zeros_like(images))).gather(1, targets[:, None])[:, 0]
    tolerance = 0.02 if METHODS[method].integrates else 1e-4
    np.testing.assert_allclose(found.values.sum((1, 2)), difference, rtol=tolerance, atol=1e-4)
    assert all(balance.fits or balance.steps == 800 for balance in found.balances)
    told = np.array([(balance.total, balance.difference) for balance in found.balances])
    np.testing.assert_allclose(told[:, 0], found.values.sum((1, 2)), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(told[:, 1], difference, rtol=1e-4, atol=1e-5)


def test_integrated_gradients_account_for_the_whole_difference_of_the_logits() -> None:
    """Test image 1386 under the bundled plain network: of 10.3 the values of 50 steps were 9.1 off."""
    model = load_model("bundled:plain", Path("unused"))
    image = model.normalised(images_for(model, Path("unused")).test_images[1386:1387])
    with torch.no_grad():
        logits, nothing = model.network(image)[0], model.network(torch.zeros_like(image))[0]
    target = int(logits.argmax())
    difference = float(logits[target] - nothing[target])
    found = attribute(model.network, image, torch.tensor([target]), "integrated-gradients")
    assert found.values.sum() == pytest.approx(difference, rel=0.02)
    few = AttributionOptions(most_steps=50)
    (coarse,) = attribute(
        model.network, image, torch.tensor([target]), "integrated-gradients", options=few
    ).balances
    assert not coarse.fits
    assert coarse.steps == 50


def test_the_refined_map_of_an_image_does_not_depend_on_its_batch() -> None:
    """Each image gets as many steps as it needs."""
    network = lively(small())
    images, targets = batch(6)
    options = AttributionOptions(steps=2)
    together = attribute(network, images, targets, "integrated-gradients", options=options)
    assert len({balance.steps for balance in together.balances}) > 1
    for i in range(6):
        one = slice(i, i + 1)
        alone = attribute(network, images[one], targets[one], "integrated-gradients", options=options)
        assert alone.balances[0].steps == together.balances[i].steps
        np.testing.assert_allclose(alone.values[0], together.values[i], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("method", ["input-x-gradient", "integrated-gradients"])
def test_a_linear_network_is_explained_exactly(method: str) -> None:
    network, images, targets = linear(), *batch(3)
    with torch.no_grad():
        difference = (network(images) - network(torch.zeros_like(images))).gather(1, targets[:, None])[:, 0]
    values = attribute(network, images, targets, method).values
    np.testing.assert_allclose(values.sum((1, 2)), difference, rtol=1e-4, atol=1e-5)


def test_smoothgrad_repeats_with_its_seed_whatever_the_global_generator() -> None:
    spec = small()
    network = lively(spec)
    images, targets = batch(2)
    torch.manual_seed(1)
    first = attribute(network, images, targets, "smoothgrad", options=FEW).values
    state = torch.get_rng_state()
    torch.manual_seed(2)
    again = attribute(network, images, targets, "smoothgrad", options=FEW).values
    other = attribute(network, images, targets, "smoothgrad", options=FEW.but(seed=1)).values
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0
    torch.manual_seed(1)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("method", METHODS)
def test_the_cost_in_passes_is_true(method: str) -> None:
    network = TinyNetwork()
    images = torch.zeros(1, 1, 9, 9)
    rows = 0

    def count(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        nonlocal rows
        rows += len(inputs[0])

    network.conv.register_forward_pre_hook(count)
    attribute(network, images, torch.tensor([0]), method, "relu", FEW)
    assert rows == METHODS[method].passes(FEW, 9).forward


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"method": "magic"}, "unknown_method", "method"),
        ({"tap": None}, "needs_tap", "tap"),
        ({"tap": "stage9.block1"}, "unknown_tap", "tap"),
        ({"tap": "head"}, "tap_without_maps", "tap"),
        ({"tap": "stage1.block1.shortcut"}, "tap_without_maps", "tap"),
        ({"targets": torch.tensor([5, 0])}, "unknown_class", "target"),
        ({"targets": torch.tensor([-1, 0])}, "unknown_class", "target"),
        ({"targets": torch.tensor([0])}, "unknown_class", "target"),
        ({"images": torch.zeros(2, 1, 8, 8)}, "wrong_images", "images"),
        ({"images": torch.zeros(3, 8, 8)}, "wrong_images", "images"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    change: dict[str, object], code: str, field: str
) -> None:
    images, targets = batch(2)
    asked = {"images": images, "targets": targets, "method": "gradcam", "tap": "stage1.block1"} | change
    with pytest.raises(InvalidSetting) as refusal:
        attribute(lively(small()), **asked)  # type: ignore[arg-type]
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert str(refusal.value).endswith(".")


def test_methods_that_would_be_silently_wrong_are_refused() -> None:
    spec = small(norm="group")
    with pytest.raises(InvalidSetting, match="group normalisation"):
        attribute(lively(spec), *batch(1), "deeplift")
    functional = TinyNetwork()
    functional.relu = nn.ReLU(inplace=True)
    with pytest.raises(InvalidSetting, match="module of its own"):
        attribute(functional, IMAGE, torch.tensor([0]), "guided-backprop")


def test_a_diverged_network_is_said_to_be_one() -> None:
    spec = small()
    network = lively(spec)
    with torch.no_grad():
        network.stem.weight[0, 0, 0, 0] = float("nan")
    with pytest.raises(InvalidSetting, match="not finite"):
        attribute(network, *batch(1), "gradcam", "stage3.block1")


def test_upsampling_keeps_flat_maps_flat_and_centres_between_pixels() -> None:
    flat = np.full((1, 2, 2), 3, np.float32)
    np.testing.assert_allclose(upsampled(flat, 5, 7), np.full((1, 5, 7), 3), rtol=1e-6)
    ramp = np.array([[[0, 4]]], np.float32)
    np.testing.assert_allclose(upsampled(ramp, 1, 4), [[[0, 1, 3, 4]]])
