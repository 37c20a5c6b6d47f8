"""The exported program trains to the same numbers, and no run can smuggle code into it."""

import ast
import csv
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from resnet_viz.data.arrays import bundled_path
from resnet_viz.events import Desired, Facts, Series
from resnet_viz.exports.script import equivalent_script
from resnet_viz.networks.registry import build
from resnet_viz.networks.source import source_of
from resnet_viz.specs import Block as BlockKind
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec, choices
from resnet_viz.training.loop import train
from tests.made.programs import Programs
from tests.networks.shapes import GREY

SHORT = {"steps": 7, "batch_size": 16, "evaluate_every": 4}
DELTA = {"init": "delta-orthogonal"}
RUNS = {
    "post-activation": RunSpec(
        network=NetworkSpec(depth=14, width=4),
        data=DataSpec(train_size=40, resolution_px=8, augmentation="crop-flip"),
        train=TrainSpec(schedule="cosine", warmup_steps=2, seed=5, **SHORT),  # several epochs
    ),
    "pre-activation": RunSpec(
        network=NetworkSpec(
            depth=20,
            width=8,
            block="preactivation-bottleneck",
            shortcut="projection",
            norm="group",
            init="zero-last-norm",
        ),
        data=DataSpec(train_size=100, resolution_px=8, augmentation="crop"),
        train=TrainSpec(optimizer="adam", learning_rate=0.01, schedule="one-cycle", **SHORT),
    ),
    "without norms": RunSpec(
        network=NetworkSpec(depth=8, width=4, shortcut="none", norm="none", init="pytorch"),
        data=DataSpec(train_size=100),
        train=TrainSpec(schedule="step", **SHORT),
    ),
    **{
        family: RunSpec(
            network=NetworkSpec(family=family, depth=depth, **fields),
            data=DataSpec(train_size=100, resolution_px=14),
            train=TrainSpec(**SHORT),
        )
        for family, depth, fields in (
            ("resnext", 11, {"width": 4, "cardinality": 2}),
            ("densenet-bc", 16, {"growth": 4}),
            ("vgg", 11, {"width": 4, "norm": "none"}),
            ("resnet", 20, {"width": 4, "learned_scale": True, "skip_span": 3}),
        )
    },
    **{
        called: RunSpec(
            network=NetworkSpec(depth=14, width=4, **fields),
            data=DataSpec(train_size=100, resolution_px=14),
            train=TrainSpec(**SHORT),
        )
        for called, fields in (
            ("exclusive gate", {"gate": "exclusive", "gate_bias": -1.0}),
            ("shortcut gate", {"gate": "shortcut-only", "init": "pytorch", "shortcut": "projection"}),
            ("delta-orthogonal", {"shortcut": "none", "norm": "none", "activation": "tanh"} | DELTA),
            ("delta-orthogonal with norms", DELTA),
            ("draws", {"survival": 0.4, "shortcut_dropout": 0.5, "shortcut_scale": 0.5}),
        )
    },
}


@pytest.mark.parametrize("name", RUNS)
def test_the_program_alone_reaches_exactly_the_same_numbers(
    name: str, programs: Programs, tmp_path: Path
) -> None:
    spec = RUNS[name]
    facts: dict[str, Any] = {}
    recorded: dict[tuple[str, int], float] = {}
    for event in train(spec, folder=tmp_path, data_folder=tmp_path, threads=1, desired=Desired):
        if isinstance(event, Facts):
            facts |= event.values
        elif isinstance(event, Series) and event.name != "train/learning_rate":
            recorded |= {
                (event.name, s): v for s, v in zip(event.step.tolist(), event.value.tolist(), strict=True)
            }
    script = tmp_path / "script.py"
    script.write_text(equivalent_script(spec, facts), encoding="utf-8")
    done = programs.run(script, bundled_path("fashion-mnist-small"), folder=tmp_path, warnings="error")
    assert done.code == 0, done.err
    rows = csv.DictReader(io.StringIO(done.out))
    printed = {(row["metric"], int(row["step"])): float(row["value"]) for row in rows}
    assert printed == recorded


@pytest.mark.parametrize("block", choices(BlockKind))
@pytest.mark.parametrize("shortcut", ["none", "identity", "projection", "all-projection"])
@pytest.mark.parametrize("norm", ["batch", "group", "none"])
def test_the_network_is_the_same_in_every_variant(block: str, shortcut: str, norm: str) -> None:
    depth = 20 if "bottleneck" in block else 14
    spec = NetworkSpec.checked(depth=depth, width=4, block=block, shortcut=shortcut, norm=norm)
    ours = build(spec, GREY, seed=1)
    names: dict[str, Any] = {"torch": torch, "nn": nn, "F": functional}
    exec("from math import gcd\n" + source_of(spec, GREY).code, names)
    theirs = names["Network"]()
    theirs.load_state_dict(ours.state_dict())
    images = torch.randn(4, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(theirs(images), ours(images), rtol=0, atol=0)
    weights = [list(network.parameters()) for network in (ours, theirs)]
    gradients = [
        torch.autograd.grad(network(images).square().sum(), parameters)
        for network, parameters in zip((ours, theirs), weights, strict=True)
    ]
    for mine, other in zip(*gradients, strict=True):
        torch.testing.assert_close(other, mine, rtol=0, atol=0)


def test_facts_of_an_imported_run_cannot_put_code_into_the_program() -> None:
    evil = '"""\nimport os\nos.system("echo gone")\n"""'
    script = equivalent_script(RunSpec(), {"device": evil, "threads": evil, "torch": evil})
    assert "os.system" not in script
    assert {
        alias.name
        for node in ast.walk(ast.parse(script))
        if isinstance(node, ast.Import)
        for alias in node.names
    } == {
        "hashlib",
        "sys",
        "numpy",
        "torch",
    }
    assert 'torch.device("cuda" if torch.cuda.is_available() else "cpu")' in script
    assert 'torch.device("mps")' in equivalent_script(RunSpec(), {"device": "mps"})


def test_half_precision_and_downloaded_data_are_said_in_the_program() -> None:
    spec = RunSpec(data=DataSpec(dataset="cifar10"), train=TrainSpec(precision="bfloat16"))
    script = equivalent_script(spec)
    ast.parse(script)
    assert script.count("torch.autocast(device.type, torch.bfloat16)") == 2
    assert "data/cifar10/" in script
    assert max(map(len, script.splitlines())) <= 110
