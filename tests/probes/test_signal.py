"""Sizes of signal and gradient: closed forms, a forward pass written out, and what β decides."""

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import Block
from resnet_viz.probes.signal import Signal, expected_growth, measure_signal
from resnet_viz.specs import DataShape, NetworkSpec
from tests.networks.blockless import Blockless
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images
from tests.probes.untouched import untouched

LABELS = torch.arange(4)


def test_branches_that_multiply_let_the_signal_grow_as_a_power() -> None:
    network = build_residual(NetworkSpec(depth=14, width=4, norm="none"), SMALL, 0)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.dirac_(module.weight)
                module.weight.mul_(0.8)
    # Images of one colour, so that it does not matter which pixels a stride keeps.
    colours = torch.rand(4, 3, 1, 1, generator=torch.Generator().manual_seed(0)).expand(4, 3, 8, 8)
    found = measure_signal(network, colours, LABELS)
    assert found.blocks[-1] == "stage3.block2"
    assert found.growth == pytest.approx([1.64**block for block in range(7)], rel=1e-5)
    assert found.moved == pytest.approx([1.64**block - 1 for block in range(7)], rel=1e-4)


def test_shortcuts_alone_change_neither_signal_nor_gradient() -> None:
    spec = NetworkSpec(depth=14, width=4, norm="none", block="preactivation", branch_scale=0)
    colours = torch.rand(4, 3, 1, 1, generator=torch.Generator().manual_seed(0)).expand(4, 3, 8, 8)
    network = build_residual(spec, SMALL, 0)
    with torch.no_grad():
        network.stem.weight.zero_()[:, :, 1, 1] = torch.rand(4, 3, generator=torch.Generator().manual_seed(1))
    found = measure_signal(network, colours, LABELS)
    assert found.growth == pytest.approx([1] * 7, rel=1e-6)
    assert (found.moved == 0).all()
    assert found.gradient_growth[1:3] == pytest.approx([found.gradient_growth[0]] * 2, rel=1e-6)


@pytest.mark.parametrize("shortcut", ["none", "identity"])
@pytest.mark.parametrize("norm", ["none", "batch"])
def test_both_agree_with_a_forward_pass_written_out(shortcut: str, norm: str) -> None:
    spec = NetworkSpec.checked(depth=14, width=4, norm=norm, shortcut=shortcut, branch_scale=0.5)
    pictures = images(SMALL).double()
    found = measure_signal(build_residual(spec, SMALL, 1).double(), pictures, LABELS)

    network = build_residual(spec, SMALL, 1).double()
    x = network.stem_norm(network.stem(pictures)).relu()
    points = [x]
    for stage in network.stages():
        for block in stage:
            assert isinstance(block, Block)
            y = block.get_submodule("norm1")(block.get_submodule("conv1")(x)).relu()
            y = 0.5 * block.get_submodule("norm2")(block.get_submodule("conv2")(y))
            x = (y if block.shortcut is None else y + block.shortcut(x)).relu()
            points.append(x)
    loss = nn.functional.cross_entropy(network.head(x.mean((2, 3))), LABELS)
    gradients = torch.autograd.grad(loss, points)
    assert np.isnan(found.moved[1:]).all() == (shortcut == "none")
    for at, (point, gradient) in enumerate(zip(points, gradients, strict=True)):
        pixels = point.permute(0, 2, 3, 1).reshape(-1, point.shape[1])
        assert found.size[at] == pytest.approx(float(pixels.detach().norm()) / len(pixels) ** 0.5)
        assert found.gradient[at] == pytest.approx(float(gradient.norm()))


def _scaled(beta: float, depth: int) -> Signal:
    shape = DataShape(channels=1, px=14, classes=10)
    spec = NetworkSpec(depth=depth, width=8, norm="none", branch_scale=((depth - 2) // 2) ** -beta)
    return measure_signal(build_residual(spec, shape, 0), images(shape, 32), torch.arange(32) % 10)


def test_only_a_half_is_neither_explosion_nor_identity() -> None:
    shallow, deep = ({beta: _scaled(beta, depth).growth[-1] for beta in (0, 0.5, 1)} for depth in (20, 56))
    assert deep[0] > 100 * shallow[0]
    assert 1.4 < deep[0.5] < 2.5
    assert deep[0.5] == pytest.approx(shallow[0.5], rel=0.25)
    assert deep[1] == pytest.approx(1, abs=0.1)
    assert _scaled(1, 56).moved[-1] < 0.7 * _scaled(1, 20).moved[-1]
    assert _scaled(0.5, 56).moved[-1] == pytest.approx(np.sqrt(np.e - 1), rel=0.4)


@pytest.mark.parametrize("beta", [0, 0.5, 1])
def test_the_expected_growth_is_that_of_a_wide_network_without_edges(beta: float) -> None:
    rng = np.random.default_rng(0)
    blocks, width = 9, 1500
    deviation = np.sqrt(2 / width)
    x = rng.normal(size=(width, 8))
    growth = [1.0]
    start = np.sqrt(np.mean(x**2))
    for _ in range(blocks):
        inner = rng.normal(0, deviation, (width, width)) @ np.maximum(x, 0)
        x = x + blocks**-beta * rng.normal(0, deviation, (width, width)) @ np.maximum(inner, 0)
        growth.append(np.sqrt(np.mean(x**2)) / start)
    assert expected_growth(blocks, beta) == pytest.approx(growth, rel=0.1)


def test_networks_without_blocks_are_refused_and_the_others_left_as_they_were() -> None:
    with pytest.raises(InvalidSetting, match="no blocks"):
        measure_signal(Blockless(SMALL), images(SMALL), LABELS)
    network = build_residual(NetworkSpec(depth=8, width=4), SMALL, 0).eval()
    with untouched(network):
        measure_signal(network, images(SMALL), LABELS)
        with pytest.raises(IndexError):
            measure_signal(network, images(SMALL), LABELS + 100)
