"""``describe``: counts, differences and files of any network, by the name that one has for it."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import Profile
from resnet_viz.networks.registry import build
from resnet_viz.store import Store
from tests.cli.calls import call, output
from tests.made import stored
from tests.made.programs import Programs
from tests.made.specs import tiny
from tests.made.trained import saved

LAYERS = ("stem", "stage1.block1.conv1", "stage3.block1.conv2", "head")


@pytest.fixture
def run(own_store: Store) -> str:
    """A run with weights of step 0 and a gradient for some layers."""
    (run_id,) = stored.queue(own_store, tiny())
    gradient = np.array([[1, 2, 3, 4], [10, 20, 40, 80]], np.float32)
    stored.write(
        own_store,
        run_id,
        Profile("grad/relative", LAYERS, np.array([0, 5]), gradient),
        saved(own_store.run_folder(run_id), tiny(), 0, seed=3),
    )
    return run_id


def described(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert call("describe", *arguments, "--json") == 0
    return output(capsys)


def test_json_keeps_its_fields_and_has_memory_and_receptive_field(capsys: pytest.CaptureFixture[str]) -> None:
    found = described(capsys, "residual-20")
    assert set(found) == {"parameters", "multiply_adds", "layers"}
    assert (found["parameters"], found["multiply_adds"]) == (269_722, 40_551_040)
    stem = found["layers"][0]
    assert (stem["memory_bytes"], stem["receptive_field"]) == (16 * 32 * 32 * 4, 3)


def test_the_only_difference_between_twins_is_their_additions(capsys: pytest.CaptureFixture[str]) -> None:
    found = described(capsys, "plain-20", "residual-20", "--diff")
    assert found["removed"] == []
    kinds = [one["kind"] for one in found["added"]]
    assert (kinds.count("add"), kinds.count("subsample"), len(kinds)) == (9, 2, 11)
    assert found["same"] == 61
    assert found["other"]["parameters"] == found["parameters"] == 269_722


def test_any_two_can_be_compared(capsys: pytest.CaptureFixture[str]) -> None:
    found = described(capsys, "vgg-11", "torchvision:resnet18", "--diff")
    assert found["same"] + len(found["added"]) > len(found["other"]["layers"])
    assert found["other"]["parameters"] == 11_689_512
    assert call("describe", "densenet-13", "plain-20", "--diff") == 0
    said = capsys.readouterr().out
    assert "The same in both: " in said
    assert "densenet-13: " in said


def test_a_run_a_bundled_and_a_published_network_are_described(
    run: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = described(capsys, run[:6])
    expected = build(tiny().network, shape_of(tiny().data), 0)
    assert own["parameters"] == sum(parameter.numel() for parameter in expected.parameters())
    assert (
        described(capsys, "bundled:plain")["parameters"]
        == described(capsys, "bundled:residual")["parameters"]
    )
    published = described(capsys, "torchvision:resnet34")
    assert (published["parameters"], published["layers"][0]["tap"]) == (21_797_672, "conv1")


@pytest.mark.parametrize("level", ["stage", "block", "operation"])
@pytest.mark.parametrize("paint", ["", "params", "macs", "memory", "ms"])
def test_a_drawing_has_every_skip_whatever_is_painted(
    level: str, paint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "drawing.svg"
    painted = ["--paint", paint] if paint else []
    assert call("describe", "residual-20", "--level", level, "--svg", str(file), *painted) == 0
    text = file.read_text(encoding="utf-8")
    skips = " ".join(re.findall(r'data-skips="([^"]*)"', text)).split()
    assert len(set(skips)) == 9
    assert ("painted" in re.sub(r"<style>.*?</style>", "", text, flags=re.S)) == bool(paint)
    assert len(text) < 300_000


def test_a_drawing_of_a_difference_marks_what_was_added(tmp_path: Path) -> None:
    file = tmp_path / "drawing.svg"
    assert call("describe", "plain-20", "residual-20", "--diff", "--svg", str(file)) == 0
    body = re.sub(r"<style>.*?</style>", "", file.read_text(encoding="utf-8"), flags=re.S)
    assert len(re.findall(r'<path class="skip \w+ added"', body)) == 5


def test_what_a_run_has_recorded_is_painted(run: str, tmp_path: Path) -> None:
    file = tmp_path / "drawing.svg"
    asked = ["--level", "operation", "--paint", f"{run}:grad/relative", "--svg", str(file)]
    assert call("describe", run, *asked) == 0
    shares = dict(
        re.findall(r'data-row="([^"]+)" style="--share: ([\d.]+)"', file.read_text(encoding="utf-8"))
    )
    # Logarithmic between the smallest and the largest of the last recorded step, 10 and 80.
    assert float(shares["stem"]) == 0
    assert float(shares["stage1.block1.conv1"]) == pytest.approx(0.65 / 3, abs=1e-3)
    assert float(shares["stage3.block1.conv2"]) == pytest.approx(0.65 * 2 / 3, abs=1e-3)
    assert float(shares["head"]) == 0.65


def test_code_and_onnx_give_the_logits_of_the_run(
    run: str, own_store: Store, programs: Programs, tmp_path: Path
) -> None:
    code, onnx = tmp_path / "network.py", tmp_path / "network.onnx"
    assert call("describe", run, "--code", str(code), "--onnx", str(onnx)) == 0
    weights = own_store.run_folder(run) / "step-0000000.safetensors"
    done = programs.run(code, weights, folder=tmp_path)
    printed = json.loads(done.out.splitlines()[-1])
    images = (torch.arange(64).view(1, 1, 8, 8).float() / 255 - 0.3) / 0.25
    network = build(tiny().network, shape_of(tiny().data), 3).eval()
    with torch.inference_mode():
        expected = network(images).numpy()
    np.testing.assert_allclose(printed, expected, rtol=1e-5, atol=1e-5)
    (logits,) = onnxruntime.InferenceSession(str(onnx)).run(None, {"images": images.numpy()})
    np.testing.assert_allclose(logits, expected, rtol=1e-5, atol=1e-5)


def test_random_weights_are_called_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "network.onnx"
    assert call("describe", "cnn-2", "--input", "1x8x8", "--onnx", str(file)) == 0
    assert "are random" in capsys.readouterr().err
    assert file.stat().st_size > 1000


def test_a_flowchart_is_written(tmp_path: Path) -> None:
    file = tmp_path / "network.mmd"
    assert call("describe", "residual-20", "--mermaid", str(file)) == 0
    assert file.read_text(encoding="utf-8").startswith("flowchart TB")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("describe plain-20 --diff", "second network"),
        ("describe plain-20 --level layer", "stage, block, operation"),
        ("describe plain-20 --paint params", "--svg"),
        ("describe plain-20 --paint weight --svg x.svg", "RUN:METRIC"),
        ("describe plain-20 --paint zzz:grad/norm --svg x.svg", "no run or group"),
        ("describe torchvision:resnet18 --width 8", "as it is"),
        ("describe torchvision:vit_b_16", "resnet152"),
        ("describe plain-20 transformer", "no network type transformer"),
        ("describe bundled:dense", "no network bundled:dense"),
        ("describe plain-20 --classes 0", "at least 2"),
        ("describe plain-20 --svg /nowhere/x.svg", "cannot be written"),
    ],
)
def test_what_makes_no_sense_is_refused(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if "--svg x" in arguments:
        arguments = arguments.replace("x.svg", str(tmp_path / "x.svg"))
    assert call(*arguments.split(), "--json") == 2
    said = capsys.readouterr()
    assert words in said.err
    assert "Traceback" not in said.err


def test_a_metric_that_was_not_recorded_is_refused_and_those_that_were_named(
    run: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = f"describe {run} --paint {run}:loss --svg {tmp_path / 'x.svg'} --json"
    assert call(*asked.split()) == 2
    assert "it has: grad/relative" in capsys.readouterr().err
