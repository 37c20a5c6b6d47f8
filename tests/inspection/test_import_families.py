"""Weights of every network type there is are read back and give the same logits."""

from pathlib import Path

import pytest
import torch

from resnet_viz.inspection.import_file import load_weights
from resnet_viz.networks.registry import build
from tests.made.specs import tiny
from tests.made.trained import write_weights
from tests.networks.shapes import GREY, images
from tests.networks.test_families import NAMES, small


@pytest.mark.parametrize("name", NAMES)
def test_weights_of_every_network_type_come_back(name: str, tmp_path: Path) -> None:
    run = tiny().but(network=small(name))
    path = tmp_path / "model.safetensors"
    write_weights(path, run, 30, seed=3)
    found = load_weights(path)
    assert (found.spec, found.step, found.changes) == (run, 30, ())
    reference = build(run.network, GREY, 3).eval()
    with torch.no_grad():
        assert torch.equal(found.network(images(GREY)), reference(images(GREY)))
