"""The loss over one weight: its slope, its value where nothing is moved, and nothing left behind."""

import pytest
import torch
from torch import nn

from resnet_viz.networks.registry import build
from resnet_viz.probes.halves import halves_at
from resnet_viz.probes.one_weight import largest_weight, three_layers, weight_losses
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY, images
from tests.probes.untouched import untouched

LABELS = torch.arange(4)


def test_first_middle_and_last_convolution() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0)
    assert three_layers(network) == ("stem", "stage2.block1.conv1", "stage3.block1.conv2")


@pytest.mark.parametrize("shortcut", ["none", "identity"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_slope_of_the_curve_is_the_gradient(shortcut: str, place: int) -> None:
    network = build_residual(NetworkSpec.checked(depth=14, width=4, shortcut=shortcut), GREY, 0).double()
    pictures = images(GREY).double()
    weight = largest_weight(network, three_layers(network)[place], pictures, LABELS)
    less, more = weight_losses(network, weight, pictures, LABELS, (-1e-6, 1e-6))
    assert weight.slope == pytest.approx((more - less) / 2e-6, rel=1e-4)
    assert place == 2 or weight.slope != 0


def test_it_is_the_largest_weight_in_units_of_its_filter() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0)
    with torch.no_grad():
        filters = network.stem.weight.zero_()  # (4, 1, 3, 3)
        filters[2, 0] = torch.tensor([[3.0, 0, 0], [0, 0, 0], [0, 0, -4.0]])
        filters[1, 0, 1, 1] = 2
    weight = largest_weight(network, "stem", images(GREY), LABELS)
    assert (weight.index, weight.value, weight.unit) == ((2, 0, 2, 2), -4, 5)


def test_a_move_is_what_it_would_be_by_hand() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0).eval()
    weight = largest_weight(network, "stage2.block1.conv1", images(GREY), LABELS)
    unmoved, moved = weight_losses(network, weight, images(GREY), LABELS, (0, 0.5))
    with torch.no_grad():
        assert unmoved == pytest.approx(float(nn.functional.cross_entropy(network(images(GREY)), LABELS)))
        network.get_parameter("stage2.block1.conv1.weight")[weight.index] += 0.5 * weight.unit
        assert moved == pytest.approx(float(nn.functional.cross_entropy(network(images(GREY)), LABELS)))
    assert moved != unmoved


@pytest.mark.parametrize(
    "spec", [NetworkSpec(depth=14, width=4), NetworkSpec(depth=14, width=4, block="preactivation")]
)
def test_halves_make_the_whole(spec: NetworkSpec) -> None:
    network = build_residual(spec, GREY, 0).eval()
    for layer in ("stem", "stage1.block1.conv2", "stage2.block2.conv1", "stage3.block2.conv2", "head"):
        before, after = halves_at(network, layer)
        with torch.no_grad():
            assert torch.equal(after(before(images(GREY))), network(images(GREY))), layer


def test_other_families_are_measured_whole() -> None:
    network = build(NetworkSpec(family="vgg", depth=11, width=4), GREY, 0).double()
    pictures = images(GREY).double()
    weight = largest_weight(network, three_layers(network)[1], pictures, LABELS)
    less, more = weight_losses(network, weight, pictures, LABELS, (-1e-6, 1e-6))
    assert weight.slope == pytest.approx((more - less) / 2e-6, rel=1e-4)


def test_the_network_stays_as_it_was_also_when_nobody_waits_for_the_end() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0)
    with untouched(network):
        weight = largest_weight(network, "stem", images(GREY), LABELS)
        begun = weight_losses(network, weight, images(GREY), LABELS, (-1, 1))
        next(begun)
        begun.close()
        with pytest.raises(AttributeError):
            largest_weight(network, "stage9", images(GREY), LABELS)
