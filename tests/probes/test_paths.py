"""Path gradients: all of them add up to autograd's whole one, and of linear blocks they are known."""

from collections.abc import Iterator
from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.probes.paths import PathGradients, Paths, measure_paths
from resnet_viz.specs import NetworkSpec
from tests.networks.as_if_trained import as_if_trained
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images
from tests.probes.untouched import untouched

SPEC = NetworkSpec(depth=14, width=4)
LABELS = torch.tensor([3, 1, 4, 1])


def doubled(**fields: Any) -> ResidualNetwork:
    return as_if_trained(build_residual(SPEC.but(**fields), SMALL, 0)).double()


def blocks_of(network: ResidualNetwork) -> list[Block]:
    return [block for stage in network.stages() for block in stage if isinstance(block, Block)]


def subsets(count: int) -> Iterator[tuple[int, ...]]:
    for length in range(count + 1):
        yield from combinations(range(count), length)


def measured(network: nn.Module, draws: int = 2) -> Paths:
    batch = images(SMALL).to(next(network.parameters()).dtype)
    *_, found = measure_paths(network, batch, LABELS, draws=draws, seed=0)
    return found


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"shortcut": "projection"},
        {"block": "preactivation", "branch_scale": 0.5},
        {"gate": "exclusive", "gate_bias": -1},
        {"survival": 0.5, "shortcut_dropout": 0.2},
    ],
)
def test_all_paths_add_up_to_the_gradient_that_autograd_gives(fields: dict[str, Any]) -> None:
    network = doubled(**fields)
    batch = images(SMALL).double().requires_grad_()
    loss = nn.functional.cross_entropy(network(batch), LABELS, reduction="sum")
    (whole,) = torch.autograd.grad(loss, batch)
    followed = PathGradients(network, batch, LABELS)
    each = {chosen: followed.through(chosen) for chosen in subsets(len(followed))}
    assert len(each) == 2**6
    torch.testing.assert_close(torch.stack(list(each.values())).sum(0), whole)
    torch.testing.assert_close(followed.whole(), whole)
    *_, sums = followed.by_length()
    assert sums is not None
    for length, found in enumerate(sums):
        of_length = [gradient for chosen, gradient in each.items() if len(chosen) == length]
        assert len(of_length) == comb(6, length)
        torch.testing.assert_close(found, torch.stack(of_length).sum(0))


def test_a_path_is_that_of_a_network_whose_other_ways_are_cut() -> None:
    """Cut by hooks in the network itself, which the probe never runs as a whole."""
    network = doubled()
    chosen = {0, 3, 4}
    for number, block in enumerate(blocks_of(network)):

        def cut(block: Any, inputs: tuple[Tensor, ...], _output: Any, number: int = number) -> Tensor:
            branch, skip = block.branch(inputs[0]), block.shortcut(inputs[0])
            branch, skip = (branch, skip.detach()) if number in chosen else (branch.detach(), skip)
            return torch.relu(branch + skip)

        block.register_forward_hook(cut)
    batch = images(SMALL).double().requires_grad_()
    (expected,) = torch.autograd.grad(
        nn.functional.cross_entropy(network(batch), LABELS, reduction="sum"), batch
    )
    found = PathGradients(doubled(), images(SMALL).double(), LABELS).through(chosen)
    torch.testing.assert_close(found, expected)
    assert expected.abs().sum() > 0


class Linear(Block):
    """F(x) = 0.4 x."""

    def branch(self, x: Tensor) -> Tensor:
        return x * 0.4


def test_of_linear_blocks_every_path_is_known() -> None:
    """With F(x) = a x in each of six blocks, a path of length k carries aᵏ of (1 + a)⁶ together."""
    a = 0.4
    network = doubled(block="preactivation")
    for stage in network.stages():
        for name, _ in list(stage.named_children()):
            setattr(stage, name, Linear(network.spec, 4, 1, 1, activate_first=False))
    network.last_norm = nn.Identity()
    network.last_relu = nn.Identity()
    network.head = nn.Linear(4, 10).double()
    found = measured(network)
    lengths = np.arange(7)
    np.testing.assert_allclose(found.norms, np.tile(found.whole * a**lengths / (1 + a) ** 6, (2, 1)))
    np.testing.assert_allclose(found.shares, found.counts * a**lengths / (1 + a) ** 6)
    np.testing.assert_allclose(found.summed, found.whole * found.shares)


def test_shares_add_up_to_one_and_blocks_that_do_nothing_leave_the_shortest_path_alone() -> None:
    found = measured(build_residual(SPEC, SMALL, 0))
    assert found.shares.sum() == pytest.approx(1, abs=1e-5)
    assert found.counts.tolist() == [1, 6, 15, 20, 15, 6, 1]
    idle = measured(build_residual(SPEC.but(init="zero-last-norm"), SMALL, 0))
    np.testing.assert_allclose(idle.shares, [1, 0, 0, 0, 0, 0, 0], atol=1e-6)
    assert (idle.norms[:, 1:] == 0).all()


def test_the_draws_come_first_and_the_sums_over_all_paths_last() -> None:
    every = list(measure_paths(build_residual(SPEC, SMALL, 0), images(SMALL), LABELS, draws=2, seed=0))
    assert np.isfinite(every[0].norms).sum() == 1
    assert np.isfinite(every[6].norms).tolist() == [[True] * 7, [False] * 7]
    assert np.isnan(every[-2].shares).all()
    assert np.isfinite(every[-1].norms).all()
    assert np.isfinite(every[-1].shares).all()
    drawn = {tuple(measured(build_residual(SPEC, SMALL, 0)).norms[0]) for _ in range(2)}
    assert len(drawn) == 1


@pytest.mark.parametrize("channels", [3, 1], ids=["success", "error"])
def test_nothing_is_left_behind(channels: int) -> None:
    network = build_residual(SPEC, SMALL, 0).train()
    network.stage2.eval()
    with untouched(network):
        pieces = measure_paths(network, images(SMALL)[:, :channels], LABELS, draws=1, seed=0)
        if channels == 3:
            next(pieces)
        else:
            with pytest.raises(RuntimeError):
                next(pieces)


def test_networks_with_a_single_path_are_refused() -> None:
    with pytest.raises(InvalidSetting, match="single path"):
        measured(build_residual(SPEC.but(shortcut="none"), SMALL, 0))
    with pytest.raises(InvalidSetting, match="residual networks only"):
        measured(nn.Sequential(nn.Flatten(), nn.Linear(192, 10)))
