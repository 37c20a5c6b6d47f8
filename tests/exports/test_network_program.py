"""A network to take away: our network, its standalone source and its ONNX file give the same logits."""

from pathlib import Path
from types import ModuleType

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from resnet_viz.exports.network_program import network_program, published_program
from resnet_viz.networks.describe import architecture
from resnet_viz.networks.families import FAMILIES
from resnet_viz.networks.named import network_named
from resnet_viz.networks.onnx_file import onnx_bytes
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataShape, RunSpec
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint
from tests.made.programs import Programs

SHAPE = DataShape(channels=1, px=14, classes=10)
EACH = (
    "plain-8",
    "residual-8",
    "residual-11+bottleneck+projection",
    "residual-8+preactivation+group",
    "residual-8+learned-scale+no-norm",
    "resnext-11",
    "densenet-13",
    "densenet-bc-16",
    "vgg-11+width=8",
    "alexnet+width=8",
    "cnn-6+width=8",
)


def test_every_family_is_tried() -> None:
    assert {network_named(name).family for name in EACH} == set(FAMILIES)


@pytest.mark.parametrize("name", EACH)
def test_network_program_and_onnx_agree(name: str, tmp_path: Path) -> None:
    spec = network_named(name)
    network = build(spec, SHAPE, 5)
    images = np.random.default_rng(0).integers(0, 256, (16, 1, 14, 14), dtype=np.uint8)
    normalised = (torch.tensor(images).float() / 255 - 0.3) / 0.4
    for parameter in network.parameters():
        if parameter.dim() == 0:
            parameter.data.fill_(0.5)  # a learned scale, which starts at 0
    network.train()(normalised)  # so that statistics are not those of the start
    with torch.inference_mode():
        expected = network.eval()(normalised).numpy()

    weights = tmp_path / "weights.safetensors"
    write_checkpoint(weights, Checkpoint(RunSpec(network=spec), 0, network.state_dict(), (0.3,), (0.4,)))
    text = network_program(spec, SHAPE, architecture(spec, SHAPE).parameters)
    assert "resnet_viz." not in text
    program = ModuleType("program")
    exec(compile(text, "network.py", "exec"), program.__dict__)
    program.check()
    theirs, prepared = program.load(str(weights))
    with torch.inference_mode():
        alone = theirs(prepared(torch.tensor(images))).numpy()
    np.testing.assert_allclose(alone, expected, rtol=1e-5, atol=1e-5)

    content = onnx_bytes(network, SHAPE.channels, SHAPE.px)
    onnx.checker.check_model(onnx.load_from_string(content), full_check=True)
    session = onnxruntime.InferenceSession(content)
    for count in (16, 1):
        (logits,) = session.run(["logits"], {"images": normalised[:count].numpy()})
        np.testing.assert_allclose(logits, expected[:count], rtol=1e-5, atol=1e-5)


def test_the_program_checks_itself_and_prints_logits(programs: Programs, tmp_path: Path) -> None:
    spec = network_named("residual-8+width=4")
    write_checkpoint(
        tmp_path / "weights.safetensors",
        Checkpoint(RunSpec(network=spec), 0, build(spec, SHAPE, 5).state_dict(), (0.3,), (0.4,)),
    )
    parameters = architecture(spec, SHAPE).parameters
    program = tmp_path / "network.py"
    program.write_text(network_program(spec, SHAPE, parameters), encoding="utf-8")
    done = programs.run(program, "weights.safetensors", folder=tmp_path)
    assert done.code == 0, done.err
    told, logits = done.out.splitlines()
    assert told == f"{parameters:,} parameters, as they should be"
    assert len(logits.split(",")) == 10
    program.write_text(network_program(spec, SHAPE, parameters + 1), encoding="utf-8")
    assert programs.run(program, folder=tmp_path).code != 0


def test_torchvisions_networks_have_a_program_too(programs: Programs, tmp_path: Path) -> None:
    program = tmp_path / "network.py"
    program.write_text(published_program("resnet18", 11_689_512), encoding="utf-8")
    done = programs.run(program, folder=tmp_path)
    assert done.out == "11,689,512 parameters, as they should be\n", done.err
