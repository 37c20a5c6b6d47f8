"""The program for a published network: run as it is, on weights that lie where torchvision keeps them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision.models import get_model

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.exports.published_map_script import published_map_script
from resnet_viz.networks.torchvision_catalogue import ZOO
from resnet_viz.networks.torchvision_zoo import published, with_weights
from tests.made.programs import Programs

_IMAGE = np.random.default_rng(1).integers(0, 256, (1, 3, 64, 64), dtype=np.uint8)
_CASES = [
    ("resnet18", "gradcam", "layer3.1", None),
    ("resnet18", "gradcam", "layer3.1", 900),
    ("resnet50", "guided-gradcam", "layer4.2", None),
    ("resnet18", "deeplift", "", None),
    ("resnet18", "deeplift", "", 900),
    ("densenet121", "guided-backprop", "", None),
    ("densenet121", "guided-backprop", "", 900),
    ("densenet121", "activation", "features.denseblock3", None),
    ("alexnet", "integrated-gradients", "", None),
    ("alexnet", "smoothgrad", "", None),
]


@pytest.mark.parametrize(("name", "method", "tap", "against"), _CASES)
def test_the_program_makes_the_same_map(
    name: str, method: str, tap: str, against: int | None, programs: Programs, tmp_path: Path
) -> None:
    options = AttributionOptions(against=against)
    torch.manual_seed(3)
    weights = get_model(name, weights=None).state_dict()
    place = tmp_path / "hub" / "checkpoints" / ZOO[name].file
    place.parent.mkdir(parents=True)
    torch.save(weights, place)
    np.save(tmp_path / "image.npy", _IMAGE)
    program = published_map_script(ZOO[name], method, tap, 7, options)
    (tmp_path / "map.py").write_text(program, encoding="utf-8")
    done = programs.run(tmp_path / "map.py", folder=tmp_path, environment={"TORCH_HOME": str(tmp_path)})
    assert done.code == 0, done.err
    preset = published(name).transforms()
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (preset.mean, preset.std))
    image = (torch.tensor(_IMAGE).float() / 255 - mean) / std
    network = with_weights(name, weights)
    wanted = attribute(network, image, torch.tensor([7]), method, tap or None, options).values
    found = np.load(tmp_path / "map.npy")
    assert found.shape == wanted.shape
    assert np.abs(wanted).max() > 0
    # Other batch sizes round differently, and a sum near zero decides on which side of a ReLU it lies.
    assert np.linalg.norm(found - wanted) < 0.01 * np.linalg.norm(wanted)


@pytest.mark.parametrize("name", ZOO)
@pytest.mark.parametrize("method", METHODS)
def test_every_program_is_python(name: str, method: str) -> None:
    compile(published_map_script(ZOO[name], method, "layer", 0), "map.py", "exec")
