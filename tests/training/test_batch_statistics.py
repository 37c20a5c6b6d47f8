"""Test figures are those of the present weights, not of averages that trail behind them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import LoadedData, load
from resnet_viz.events import NormStatistics
from resnet_viz.experiments.kinds import RACE
from resnet_viz.networks.registry import build
from resnet_viz.training.batch_statistics import IMAGES, has_statistics, reestimated, replaced
from resnet_viz.training.checkpoint import read_checkpoint
from tests.made.specs import tiny
from tests.made.trained import trained

SMALL = tiny(data={"train_size": 300}, steps=12, evaluate_every=12)


def normalised(images: Tensor, data: LoadedData) -> Tensor:
    return (images.double() / 255 - data.mean.view(-1, 1, 1)) / data.std.view(-1, 1, 1)


def test_a_network_that_classifies_two_thirds_is_not_reported_at_one_third(tmp_path: Path) -> None:
    """The default race's residual network at step 50, against statistics of 2,000 other training images."""
    preset = RACE.presets["degradation"].spec.run
    spec = preset.but(train=preset.train.but(steps=50))
    recorded = trained(spec, tmp_path)
    network = build(spec.network, shape_of(spec.data), 0).double()
    network.load_state_dict(read_checkpoint(tmp_path / "step-0000050.safetensors").model)
    data = load(spec.data, tmp_path)
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        network.train()(normalised(data.train_images[4000:6000], data))
        predicted = network.eval()(normalised(data.test_images, data)).argmax(1)
    accuracy = (predicted == data.test_labels).double().mean().item()
    assert recorded.facts["test_accuracy"] == pytest.approx(accuracy, abs=0.02)
    assert recorded.facts["test_accuracy_running"] < accuracy - 0.2


def test_the_averages_of_the_training_are_recorded_beside_it(tmp_path: Path) -> None:
    recorded = trained(SMALL, tmp_path)
    assert recorded.facts["test_statistics"] == NormStatistics.REESTIMATED
    for name in ("test/accuracy_running", "test/loss_running"):
        assert recorded.series[name].step.tolist() == [12]
        assert recorded.facts[name.replace("/", "_")] == recorded.series[name].value[-1]
    assert recorded.facts["test_loss_running"] != recorded.facts["test_loss"]


def test_evaluating_leaves_no_trace_in_the_training(tmp_path: Path) -> None:
    seldom = trained(SMALL, tmp_path / "seldom")
    often = trained(SMALL.but(train=SMALL.train.but(evaluate_every=1)), tmp_path / "often")
    for name in ("train/loss", "train/accuracy", "test/loss_running", "test/accuracy_running"):
        np.testing.assert_array_equal(seldom.series[name].value, often.series[name].value, err_msg=name)


def test_kept_weights_carry_the_statistics_they_are_evaluated_with(tmp_path: Path) -> None:
    """The stem's are the mean and unbiased variance of its own output, computed here in float64."""
    trained(SMALL, tmp_path)
    data = load(SMALL.data, tmp_path)
    for step in (0, 3, 12):
        kept = read_checkpoint(tmp_path / f"step-{step:07d}.safetensors").model
        images = normalised(data.train_images[:IMAGES], data)
        out = nn.functional.conv2d(images, kept["stem.weight"].double(), padding=1).transpose(0, 1).flatten(1)
        torch.testing.assert_close(kept["stem_norm.running_mean"].double(), out.mean(1), rtol=1e-4, atol=1e-6)
        torch.testing.assert_close(kept["stem_norm.running_var"].double(), out.var(1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("norm", ["group", "none"])
def test_without_batch_normalisation_there_is_nothing_to_measure_anew(norm: str, tmp_path: Path) -> None:
    spec = SMALL.but(network=SMALL.network.but(norm=norm))
    recorded = trained(spec, tmp_path)
    assert recorded.facts["test_statistics"] == NormStatistics.AS_TRAINED
    assert recorded.facts["test_accuracy_running"] is None
    assert "test/accuracy_running" not in recorded.series


def test_statistics_are_put_back_after_an_error() -> None:
    network = build(SMALL.network, shape_of(SMALL.data), 0)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    assert has_statistics(network)
    with pytest.raises(RuntimeError):
        reestimated(network, torch.zeros(4, 2, 8, 8))  # one channel too many
    found = reestimated(network, torch.rand(4, 1, 8, 8))
    with pytest.raises(RuntimeError), replaced(network, found):
        network(torch.zeros(4, 2, 8, 8))
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name]), name
