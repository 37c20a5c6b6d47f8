"""Slices of the loss and its sharpest bend: by hand, against a dense Hessian, and nothing left behind."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

from resnet_viz.networks.registry import build
from resnet_viz.probes.curvature import largest_eigenvalue
from resnet_viz.probes.landscape import directions, perturbed_weights, slice_losses
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY, images
from tests.probes.untouched import untouched

LABELS = torch.arange(4)


def test_in_the_middle_it_is_the_loss() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0).eval()
    (found,) = slice_losses(network, images(GREY), LABELS, [(0, 0)])
    with torch.no_grad():
        assert found == pytest.approx(float(nn.functional.cross_entropy(network(images(GREY)), LABELS)))


def test_a_point_is_the_sum_of_both_directions() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0).eval()
    found = list(slice_losses(network, images(GREY), LABELS, [(1, 1), (0.5, -2)], seed=3))
    names = perturbed_weights(network)
    along, across = (directions(network, names, 3, which) for which in (1, 2))
    with torch.no_grad():
        for name, one, other in zip(names, along, across, strict=True):
            network.get_parameter(name).add_(0.5 * one - 2 * other)
        expected = float(nn.functional.cross_entropy(network(images(GREY)), LABELS))
    assert found[1] == pytest.approx(expected, rel=1e-5)


def test_every_filter_of_a_direction_is_as_long_as_that_of_the_network() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0)
    names = perturbed_weights(network)
    assert "head.bias" not in names
    assert not any("norm" in name for name in names)
    for name, direction in zip(names, directions(network, names, 0, 1), strict=True):
        weight = network.get_parameter(name).detach()
        for one, other in zip(direction, weight, strict=True):
            assert float(one.norm()) == pytest.approx(float(other.norm()), rel=1e-5), name


def test_plain_and_residual_networks_are_moved_the_same_way() -> None:
    plain, residual = (
        build_residual(NetworkSpec.checked(depth=14, width=4, shortcut=shortcut), GREY, 0)
        for shortcut in ("none", "identity")
    )
    names = perturbed_weights(plain)
    for one, other in zip(*(directions(net, names, 0, 1) for net in (plain, residual)), strict=True):
        assert torch.equal(one, other)


def test_first_and_last_are_thirds_of_the_layers() -> None:
    network = build_residual(NetworkSpec(depth=20, width=4), GREY, 0)
    first, last = perturbed_weights(network, "first"), perturbed_weights(network, "last")
    assert (
        first == ("stem.weight", *(f"stage1.block{b}.conv{c}.weight" for b in (1, 2, 3) for c in (1, 2)))[:6]
    )
    assert last[-1] == "head.weight"
    assert len(last) == 7
    whole = dict(network.named_parameters())
    moved = set(last)
    found = list(slice_losses(network, images(GREY), LABELS, [(0, 0), (1, 0)], layers="last"))
    changed = {
        name: (value + direction if name in moved else value)
        for name, value, direction in (
            (name, value.detach(), dict(zip(last, directions(network, last, 0, 1), strict=True)).get(name, 0))
            for name, value in whole.items()
        )
    }
    network.eval()
    logits = functional_call(network, changed, (images(GREY),))
    assert found[1] == pytest.approx(float(nn.functional.cross_entropy(logits, LABELS).detach()), rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_largest_eigenvalue_is_that_of_the_dense_hessian(seed: int) -> None:
    network = build_residual(NetworkSpec(depth=8, width=1), GREY, seed).double().eval()
    pictures = images(GREY).double()
    names = ("stem.weight", "stage1.block1.conv2.weight", "stage3.block1.conv1.weight", "head.weight")
    weights = {name: network.get_parameter(name).detach() for name in names}
    sizes = [weight.numel() for weight in weights.values()]

    def gradient(flat: torch.Tensor) -> torch.Tensor:
        flat = flat.clone().requires_grad_()
        parts = zip(weights.items(), flat.split(sizes), strict=True)
        moved = {name: part.view_as(weight) for (name, weight), part in parts}
        loss = nn.functional.cross_entropy(functional_call(network, moved, (pictures,)), LABELS)
        return torch.autograd.grad(loss, flat)[0]

    flat = torch.cat([weight.flatten() for weight in weights.values()])
    steps = 1e-6 * torch.eye(len(flat), dtype=torch.float64)
    dense = torch.stack([(gradient(flat + step) - gradient(flat - step)) / 2e-6 for step in steps])
    expected = float(torch.linalg.eigvalsh((dense + dense.T) / 2)[-1])
    found = list(largest_eigenvalue(network, pictures, LABELS, names, products=40))
    assert found[-1] == pytest.approx(expected, rel=1e-4)
    assert np.diff(found).min() >= -1e-9 * expected
    assert len(found) <= sum(sizes)


class Saddle(nn.Module):
    """Two logits that bend down in one direction more than up in the other."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        height = -3 * self.weight[0, 0] ** 2 + 0.5 * self.weight[0, 1] ** 2
        return torch.stack([-height, height]).expand(len(x), 2)


def test_the_largest_is_meant_and_not_the_largest_in_size() -> None:
    # Cross-entropy of class 0 at equal logits has the slope 1 along their difference over 2.
    pictures, labels = torch.zeros(1, 1), torch.zeros(1, dtype=torch.int64)
    found = list(largest_eigenvalue(Saddle(), pictures, labels, ("weight",)))
    assert found[-1] == pytest.approx(1, rel=1e-5)


def test_other_families_have_landscapes_too() -> None:
    network = build(NetworkSpec(family="vgg", depth=11, width=4), GREY, 0).eval()
    found = list(slice_losses(network, images(GREY), LABELS, [(0, 0), (1, 1)], layers="last"))
    assert found[0] != found[1]


def test_the_network_stays_as_it_was_also_when_nobody_waits_for_the_end() -> None:
    network = build_residual(NetworkSpec(depth=8, width=4), GREY, 0)
    with untouched(network):
        begun = slice_losses(network, images(GREY), LABELS, [(1, 1), (0, 0)])
        next(begun)
        begun.close()
        bending = largest_eigenvalue(network, images(GREY), LABELS, perturbed_weights(network))
        next(bending)
        bending.close()
        with pytest.raises(RuntimeError):
            list(slice_losses(network, images(GREY)[:, :, :, :0], LABELS, [(0, 0)]))
