"""A trained network as it was before its training."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from resnet_viz.errors import InvalidSetting
from resnet_viz.inspection.models import load_model
from resnet_viz.lab.asked import Trained
from resnet_viz.lab.first_weights import with_weights
from resnet_viz.lab.weights import START, TRAINED
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataShape
from tests.probes.untouched import untouched


def bundled(folder: Path) -> Trained:
    return Trained("residual", load_model("bundled:residual", folder), folder)


def test_the_start_is_the_one_of_its_own_run_with_statistics_of_training_images(tmp_path: Path) -> None:
    one = bundled(tmp_path)
    assert one.model.spec is not None
    with untouched(one.model.network):
        found = with_weights(one, START)
        fresh = build(one.model.spec.network, DataShape(channels=1, px=28, classes=10), 0)
        for name, parameter in found.named_parameters():
            assert torch.equal(parameter, fresh.get_parameter(name))
        assert not torch.equal(found.get_buffer("stem_norm.running_mean"), torch.zeros(8))
        assert not found.training
        # Evaluated, its first normalisation makes of training images what it would make of them in training.
        images, _labels = one.few(256, of_training=True)
        normed = found.get_submodule("stem_norm")(found.get_submodule("stem")(images))
        torch.testing.assert_close(normed.mean((0, 2, 3)), torch.zeros(8), atol=1e-4, rtol=0)


def test_the_trained_weights_are_the_model_itself(tmp_path: Path) -> None:
    one = bundled(tmp_path)
    assert with_weights(one, TRAINED) is one.model.network


def test_where_it_is_not_known_how_a_network_started_that_is_said(tmp_path: Path) -> None:
    one = bundled(tmp_path)
    with pytest.raises(InvalidSetting, match="not known"):
        with_weights(replace(one, model=replace(one.model, spec=None)), START)
