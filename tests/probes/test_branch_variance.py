"""Variance of stream and branch: closed forms of networks set by hand, and what the papers say of a start."""

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.probes.branch_variance import measure_branch_variance
from resnet_viz.specs import DataShape, NetworkSpec
from tests.networks.blockless import Blockless
from tests.networks.residuals import build_residual
from tests.networks.shapes import SMALL, images
from tests.probes.untouched import untouched


def multiplying_by(factor: float, norm: str = "none", **changes: object) -> ResidualNetwork:
    """Every 3×3 convolution of every block multiplies by ``factor``, as Dirac kernels do."""
    network = build_residual(NetworkSpec.checked(depth=14, width=4, norm=norm, **changes), SMALL, 0)
    with torch.no_grad():
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv2d) and "block" in name:
                nn.init.dirac_(module.weight)
                module.weight.mul_(factor)
    return network


def test_branches_that_multiply_have_the_variance_of_the_closed_form() -> None:
    network = multiplying_by(0.7)
    pictures = images(SMALL, 16)
    found = measure_branch_variance(network, pictures)
    assert found.blocks[:3] == ("stage1.block1", "stage1.block2", "stage2.block1")
    # F(x) = 0.49 x, so y = 1.49 x; the padding and the stride do to F what they do to the shortcut.
    with torch.no_grad():
        x = network.stem(pictures).relu().double()
    expected = []
    for block in range(6):
        if block in (2, 4):
            x = nn.functional.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, x.shape[1]))
        expected.append(float(x.var(correction=0)))
        x = 1.49 * x
    assert found.stream == pytest.approx(expected, rel=1e-5)
    assert found.ratio == pytest.approx([0.49**2] * 6, rel=1e-5)


def test_a_scale_of_the_branch_counts_as_part_of_it() -> None:
    found = measure_branch_variance(multiplying_by(1, branch_scale=0.5), images(SMALL))
    assert found.ratio == pytest.approx([0.25] * 6, rel=1e-5)


def test_a_normalised_branch_has_variance_one_whatever_its_input() -> None:
    found = measure_branch_variance(multiplying_by(3, norm="batch"), images(SMALL, 16))
    assert found.branch[:2] == pytest.approx([1, 1], rel=1e-3)
    # The new channels of a stage are all zero, and half of all.
    assert found.branch[2] == pytest.approx(0.5, rel=1e-3)
    assert found.stream[1] > found.stream[0]


def test_a_plain_network_has_no_stream() -> None:
    found = measure_branch_variance(multiplying_by(1, shortcut="none"), images(SMALL))
    assert (found.stream == 0).all()
    assert (found.branch > 0).all()
    assert np.isnan(found.ratio).all()


def test_at_the_start_of_resnet_56_batch_normalisation_makes_late_blocks_nearly_the_identity() -> None:
    """3.1, 1.3, 0.95, 0.61 … 0.14 were measured once, on other images."""
    shape = DataShape(channels=1, px=14, classes=10)
    pictures = images(shape, 32)
    normalised, bare = (
        measure_branch_variance(build_residual(NetworkSpec.checked(depth=56, norm=norm), shape, 0), pictures)
        for norm in ("batch", "none")
    )
    assert normalised.ratio[:4] == pytest.approx([3.1, 1.3, 0.95, 0.61], rel=0.25)
    assert normalised.ratio[-1] == pytest.approx(0.14, rel=0.3)
    assert np.median(bare.ratio[-9:]) > 1
    assert bare.stream[-1] > 1e4 * bare.stream[0]


def test_evaluation_uses_the_statistics_that_the_network_has() -> None:
    network = multiplying_by(1, norm="batch")  # its statistics are those of no image: mean 0, variance 1
    found = measure_branch_variance(network, images(SMALL), training=False)
    assert found.ratio[:2] == pytest.approx([1, 1], rel=1e-4)


def test_networks_without_blocks_are_refused_and_the_others_left_as_they_were() -> None:
    with pytest.raises(InvalidSetting, match="no blocks"):
        measure_branch_variance(Blockless(SMALL), images(SMALL))
    network = multiplying_by(1, norm="batch").eval()
    with untouched(network):
        measure_branch_variance(network, images(SMALL))
        with pytest.raises(RuntimeError):
            measure_branch_variance(network, images(SMALL)[:, :1])
