"""The program that a map can be downloaded as: run as it is, it makes the same map."""

from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import METHODS, AttributionOptions
from resnet_viz.exports.map_script import map_script, with_relu_modules
from resnet_viz.networks.registry import build
from resnet_viz.specs import NetworkSpec, RunSpec
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint
from tests.made.programs import Programs
from tests.networks.shapes import GREY

_IMAGE = np.random.default_rng(1).integers(0, 256, (1, 1, 8, 8), dtype=np.uint8)
_TAP = "stage2.block1"
# Every method once, every kind of block, shortcut and norm among them.
_CASES = [
    (
        method,
        {"block": block, "shortcut": shortcut, "norm": norm, "depth": 11 if "bottleneck" in block else 8},
    )
    for (method, block, shortcut, norm) in (
        ("gradcam", "basic", "identity", "batch"),
        ("guided-gradcam", "basic", "none", "batch"),
        ("guided-backprop", "preactivation", "identity", "none"),
        ("saliency", "bottleneck", "projection", "batch"),
        ("input-x-gradient", "preactivation-bottleneck", "identity", "batch"),
        ("integrated-gradients", "basic", "all-projection", "group"),
        ("smoothgrad", "basic", "identity", "none"),
        ("occlusion", "preactivation", "projection", "batch"),
        ("deeplift", "preactivation", "identity", "batch"),
        ("activation", "basic", "projection", "batch"),
    )
]


def test_every_method_has_a_program() -> None:
    assert {method for method, _spec in _CASES} == set(METHODS)


@pytest.mark.parametrize(("method", "fields"), _CASES, ids=[method for method, _spec in _CASES])
def test_the_program_makes_the_same_map(
    method: str, fields: dict[str, object], programs: Programs, tmp_path: Path
) -> None:
    _check_the_program(method, fields, None, programs, tmp_path)


@pytest.mark.parametrize(
    ("method", "fields"),
    [case for case in _CASES if METHODS[case[0]].knows_class],
    ids=[method for method, _spec in _CASES if METHODS[method].knows_class],
)
def test_the_program_makes_the_same_map_against_another_class(
    method: str, fields: dict[str, object], programs: Programs, tmp_path: Path
) -> None:
    _check_the_program(method, fields, 0, programs, tmp_path)
    assert "for class 3 and not 0." in (tmp_path / "map.py").read_text(encoding="utf-8")


def _check_the_program(
    method: str, fields: dict[str, object], against: int | None, programs: Programs, tmp_path: Path
) -> None:
    spec = NetworkSpec.checked(width=2, **fields)
    network = build(spec, GREY, 5).eval()
    mean, std = (0.3,), (0.4,)
    write_checkpoint(
        tmp_path / "weights.safetensors",
        Checkpoint(RunSpec(network=spec), 0, network.state_dict(), mean, std),
    )
    np.save(tmp_path / "image.npy", _IMAGE)
    image = (torch.tensor(_IMAGE).float() / 255 - 0.3) / 0.4
    tap = _TAP if METHODS[method].needs_tap else None
    options = AttributionOptions(against=against)
    wanted = attribute(network, image, torch.tensor([3]), method, tap, options)
    options = options.but(steps=(wanted.balances and wanted.balances[0].steps) or 50)
    (tmp_path / "map.py").write_text(map_script(spec, GREY, method, _TAP, 3, options), encoding="utf-8")
    done = programs.run(tmp_path / "map.py", folder=tmp_path)
    assert done.code == 0, done.err
    np.testing.assert_allclose(np.load(tmp_path / "map.npy"), wanted.values, rtol=2e-4, atol=1e-6)


def test_each_place_gets_a_module_of_its_own() -> None:
    start = "class A:\n    def __init__(self):\n        pass\n\n"
    code = start + "    def forward(self, x):\n        return F.relu(F.relu(x))\n"
    changed = with_relu_modules(code)
    assert "self.relu1(self.relu2(x))" in changed
    assert changed.count("= nn.ReLU()") == 2
