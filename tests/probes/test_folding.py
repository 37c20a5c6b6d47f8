"""What folding a network changes and what not, with counts that another module makes."""

import numpy as np
import pytest
import torch

from resnet_viz.errors import InvalidSetting
from resnet_viz.networks.families import multiply_adds
from resnet_viz.probes.folding import measure_folding
from resnet_viz.specs import NetworkSpec
from tests.networks.as_if_trained import as_if_trained
from tests.networks.residuals import build_residual
from tests.networks.shapes import CIFAR, images
from tests.probes.untouched import untouched

SPEC = NetworkSpec(depth=14, width=4)


def test_the_function_stays_and_the_cost_does_not() -> None:
    network = as_if_trained(build_residual(SPEC, CIFAR, 0))
    batch = images(CIFAR, 8)
    with untouched(network):
        first, *_, found = measure_folding(network, batch, passes=3)
    assert found.forms == ("trained", "without norms", "plain")
    assert found.difference <= 1e-5 * found.largest
    assert 0 < found.difference_double <= 1e-12 * found.largest
    assert found.same_class == 1
    with torch.no_grad():
        assert found.largest == pytest.approx(float(network(batch).abs().max()))
    assert found.parameters[0] == sum(parameter.numel() for parameter in network.parameters())
    assert found.multiply_adds[0] == found.multiply_adds[1] == multiply_adds(SPEC, CIFAR)
    inner = 2 * (4 * 4 + 4 * 4) * 9 * 32**2  # of each block of stage 1: x into x, and x into F + x
    assert found.multiply_adds[2] - found.multiply_adds[0] > inner
    assert first.seconds.shape == (0, 3)
    assert found.seconds.shape == (3, 3)
    assert (found.seconds > 0).all()


def test_multiply_adds_of_the_plain_network_counted_by_hand() -> None:
    *_, found = measure_folding(build_residual(SPEC, CIFAR, 0), images(CIFAR, 2), passes=1)
    expected = 3 * 4 * 9 * 32**2
    for before, width, px in ((4, 4, 32), (4, 8, 16), (8, 16, 8)):
        for x in (before, width):
            expected += (x * (width + x) + (width + x) * width) * 9 * px**2
    assert found.multiply_adds[2] == expected + 16 * 10


def test_it_can_be_stopped_between_passes() -> None:
    pieces = measure_folding(build_residual(SPEC, CIFAR, 0), images(CIFAR, 2), passes=50)
    for passes in range(3):
        piece = next(pieces)
        assert len(piece.seconds) == passes
        assert np.isfinite(piece.difference)
    pieces.close()


def test_a_plain_network_has_nothing_to_fold() -> None:
    with pytest.raises(InvalidSetting, match="can be folded"):
        next(measure_folding(build_residual(SPEC.but(shortcut="none"), CIFAR, 0), images(CIFAR, 2), passes=1))
