"""The way of a training in the plane of a slice: exactly where it lies in it, and how much of it does not."""

import numpy as np
import pytest
import torch

from resnet_viz.probes.landscape import directions, perturbed_weights
from resnet_viz.probes.training_path import path_in_plane
from resnet_viz.specs import NetworkSpec
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY

NETWORK = build_residual(NetworkSpec(depth=8, width=4), GREY, 0).double()
NAMES = perturbed_weights(NETWORK)


def moved(along: float, across: float, aside: float = 0.0) -> dict[str, torch.Tensor]:
    """The network at a place of the plane of seed 3, and off it in a direction of another seed."""
    first, second = (directions(NETWORK, NAMES, 3, which) for which in (1, 2))
    off = directions(NETWORK, NAMES, 4, 1)
    return {
        name: NETWORK.get_parameter(name).detach() + along * one + across * other + aside * third
        for name, one, other, third in zip(NAMES, first, second, off, strict=True)
    }


def test_a_path_in_the_plane_is_found_where_it_is_and_all_of_it() -> None:
    found = path_in_plane(NETWORK, [moved(1, 1), moved(0.5, -0.25)], NAMES, seed=3)
    np.testing.assert_allclose(found.points, np.array([[1, 1], [0.5, -0.25], [0, 0]]), atol=1e-6)
    assert found.share == pytest.approx(1, abs=1e-6)


def test_the_share_is_that_of_an_orthogonal_projection() -> None:
    """Another random direction is nearly at right angles to the plane: little of a way along it is seen."""
    states = [moved(0, 0, 2), moved(0, 0, 1)]
    found = path_in_plane(NETWORK, states, NAMES, seed=3)
    plane = [torch.cat([d.flatten() for d in directions(NETWORK, NAMES, 3, which)]) for which in (1, 2)]
    basis, _upper = torch.linalg.qr(torch.stack(plane, 1))
    off = torch.cat([d.flatten() for d in directions(NETWORK, NAMES, 4, 1)])
    assert found.share == pytest.approx(float((basis.T @ off).norm() / off.norm()), rel=1e-9)
    assert found.share < 0.1


def test_a_training_that_went_nowhere_is_where_it_is() -> None:
    found = path_in_plane(NETWORK, [moved(0, 0)], NAMES, seed=3)
    assert not found.points.any()
    assert found.share == 1
