"""The gradient before the first step: against finite differences, a training, and both regimes."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.data.load import load
from resnet_viz.events import Profile
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.probes.first_gradient import FirstGradient, measure_first_gradient
from resnet_viz.specs import DataShape, DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.training.trainer import Trainer
from tests.networks.residuals import build_residual
from tests.networks.shapes import GREY, images
from tests.probes.untouched import untouched

LABELS = torch.arange(4)


@pytest.mark.parametrize("norm", ["batch", "none"])
def test_gradients_agree_with_finite_differences(norm: str) -> None:
    spec = NetworkSpec.checked(depth=8, width=2, norm=norm)
    network = build_residual(spec, GREY, 0).double()
    pictures = images(GREY).double()
    found = measure_first_gradient(network, pictures, LABELS)
    assert found.layers[0] == "stem"
    assert found.layers[-1] == "head"
    assert len(found.layers) == 8
    for name in ("stem", "stage2.block1.conv1", "head"):
        at = found.layers.index(name)
        weight = network.get_parameter(f"{name}.weight").detach()
        expected = _finite_differences(network.train(), weight, pictures)
        assert found.norm[at] == pytest.approx(float(expected.norm()), rel=1e-5)
        assert found.relative[at] == pytest.approx(float(expected.norm() / weight.norm()), rel=1e-5)


@torch.no_grad()
def _finite_differences(network: BuiltNetwork, weight: Tensor, pictures: Tensor) -> Tensor:
    step = 1e-6
    losses = torch.empty(2, weight.numel(), dtype=torch.float64)
    flat = weight.view(-1)
    for i in range(len(flat)):
        start = float(flat[i])
        for row, by in enumerate((step, -step)):
            flat[i] = start + by
            losses[row, i] = nn.functional.cross_entropy(network(pictures), LABELS)
        flat[i] = start
    return (losses[0] - losses[1]) / (2 * step)


@pytest.mark.parametrize("shortcut", ["none", "identity"])
def test_a_training_has_the_same_gradients_at_its_first_step(tmp_path: Path, shortcut: str) -> None:
    spec = RunSpec(
        network=NetworkSpec.checked(depth=20, width=4, shortcut=shortcut),
        data=DataSpec(resolution_px=8),
        train=TrainSpec(steps=1, batch_size=16, device="cpu", seed=3),
    )
    data = load(spec.data, tmp_path)
    trainer = Trainer(spec, data, tmp_path)
    batch = Trainer(spec, data, tmp_path)
    found = measure_first_gradient(batch.network, *batch.data.train_batch(batch.order.next()))
    trainer.update()
    trained = {event.name: event for event in trainer.drain()[0] if isinstance(event, Profile)}
    assert found.layers == trained["grad/norm"].taps
    np.testing.assert_allclose(found.norm, trained["grad/norm"].value[0], rtol=1e-6)
    np.testing.assert_allclose(found.relative, trained["grad/relative"].value[0], rtol=1e-6)


def _first(depth: int, shortcut: str, norm: str, init: str) -> FirstGradient:
    shape = DataShape(channels=1, px=14, classes=10)
    network = build_residual(
        NetworkSpec.checked(depth=depth, width=8, shortcut=shortcut, norm=norm, init=init), shape, 0
    )
    return measure_first_gradient(network, images(shape, 32), torch.arange(32) % 10)


def test_with_batch_normalisation_the_gradient_grows_towards_the_input_of_the_plain_network_only() -> None:
    assert _first(56, "none", "batch", "he").ratio > 100
    assert _first(56, "identity", "batch", "he").ratio < 20


def test_without_normalisation_it_vanishes_in_the_plain_network_only() -> None:
    assert _first(56, "none", "none", "pytorch").ratio < 1e-12
    assert 0.01 < _first(56, "identity", "none", "pytorch").ratio < 10


def test_at_depth_8_there_is_nothing_to_see() -> None:
    plain, residual = (_first(8, shortcut, "batch", "he").ratio for shortcut in ("none", "identity"))
    assert 0.3 < plain / residual < 3


def test_a_layer_without_weight_has_no_relative_gradient() -> None:
    network = build_residual(NetworkSpec(depth=8, width=2), GREY, 0)
    nn.init.zeros_(network.stage1.get_submodule("block1.conv1").get_parameter("weight"))
    found = measure_first_gradient(network, images(GREY), LABELS)
    assert np.isnan(found.relative[1])
    assert np.isfinite(np.delete(found.relative, 1)).all()


def test_the_network_stays_as_it_was_also_after_an_error() -> None:
    network = build_residual(NetworkSpec(depth=8, width=2), GREY, 0).eval().requires_grad_(False)
    with untouched(network):
        measure_first_gradient(network, images(GREY), LABELS)
        with pytest.raises(IndexError):
            measure_first_gradient(network, images(GREY), LABELS + 100)
