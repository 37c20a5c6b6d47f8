"""Gradients along a line: finite differences, noise of known autocorrelation, both kinds of networks."""

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.probes.shattered import (
    autocorrelation,
    expected_brown,
    expected_white,
    measure_line_gradients,
)
from resnet_viz.specs import DataShape, NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY, images
from tests.probes.untouched import untouched


def noise(columns: int) -> npt.NDArray[np.float64]:
    return np.random.default_rng(0).normal(size=(256, columns))


def test_white_noise_has_none_beyond_lag_zero() -> None:
    found = autocorrelation(noise(4000), 20)
    assert found[0] == pytest.approx(1)
    assert found == pytest.approx(expected_white(256, 20), abs=4 / np.sqrt(256 * 4000))


def test_brown_noise_has_that_of_a_random_walk() -> None:
    found = autocorrelation(noise(4000).cumsum(0), 20)
    assert found == pytest.approx(expected_brown(256, 20), abs=0.01)
    assert 0.95 < found[1] < 0.99


def test_it_is_the_definition_by_hand() -> None:
    assert autocorrelation(np.array([[1.0], [2.0], [6.0]]), 2) == pytest.approx([1, -1 / 14, -3 / 7])


def test_columns_that_do_not_change_are_left_out() -> None:
    walk = noise(1).cumsum(0)
    with_constant = np.hstack([walk, np.full((256, 1), 0.1)])
    assert autocorrelation(with_constant, 5) == pytest.approx(autocorrelation(walk, 5), rel=1e-12)
    assert np.isnan(autocorrelation(np.full((256, 1), 0.1), 5)).all()


@pytest.mark.parametrize("training", [True, False])
def test_gradients_agree_with_finite_differences(training: bool) -> None:
    network = build_residual(NetworkSpec(depth=8, width=2), GREY, 0).double()
    ends = images(GREY, 2).double()
    found = measure_line_gradients(network, ends, target=3, inputs=5, training=training)
    assert found.shape == (5, 64)
    network.train(training)
    line = torch.stack([ends[0] + (ends[1] - ends[0]) * i / 4 for i in range(5)])
    for point, pixel in ((0, 5), (2, 30), (4, 63)):
        sums = []
        for step in (1e-6, -1e-6):
            moved = line.clone()
            moved[point].view(-1)[pixel] += step
            with torch.no_grad():
                sums.append(float(network(moved)[:, 3].sum()))
        assert found[point, pixel] == pytest.approx((sums[0] - sums[1]) / 2e-6, rel=1e-4, abs=1e-8)


def test_a_linear_network_has_the_same_gradient_everywhere() -> None:
    linear = nn.Sequential(nn.Flatten(), nn.Linear(64, 10))
    found = measure_line_gradients(linear, images(GREY, 2), target=1)
    assert np.isnan(autocorrelation(found, 3)).all()


def _lag_one(shortcut: str, norm: str, depth: int) -> float:
    shape = DataShape(channels=1, px=14, classes=10)
    spec = NetworkSpec.checked(depth=depth, width=8, shortcut=shortcut, norm=norm)
    gradients = measure_line_gradients(build_residual(spec, shape, 0), images(shape, 2), target=0)
    return float(autocorrelation(gradients, 1)[1])


def test_the_gradient_of_the_deep_plain_network_is_noise_and_that_of_the_residual_is_not() -> None:
    plain = _lag_one("none", "batch", 56)
    assert abs(plain) < 0.05
    assert _lag_one("identity", "batch", 56) > 0.6


def test_it_is_not_shattered_in_a_shallow_plain_network_nor_without_normalisation() -> None:
    assert _lag_one("none", "batch", 8) > 0.8
    assert _lag_one("none", "none", 56) > 0.4


def test_the_network_stays_as_it_was_also_after_an_error() -> None:
    network = build_residual(NetworkSpec(depth=8, width=2), GREY, 0)
    with untouched(network):
        measure_line_gradients(network, images(GREY, 2), target=0, inputs=8)
        with pytest.raises(InvalidSetting, match="10 classes"):
            measure_line_gradients(network, images(GREY, 2), target=10, inputs=8)
