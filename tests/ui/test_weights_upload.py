"""A model file from the browser becomes a run, or is refused in a sentence; the web process has no torch."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import safetensors.torch
import torch

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import RunState
from resnet_viz.inspection.models import load_model
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.networks.registry import build
from resnet_viz.ui import server
from resnet_viz.ui.weights_upload import import_upload
from tests.made.specs import tiny
from tests.made.trained import write_weights
from tests.networks.shapes import GREY

SPEC = tiny(width=2)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Inspector]]:
    """One home and one process for all tests of this file."""
    home = tmp_path_factory.mktemp("inspector")
    with Inspector(home, threads=1) as inspector:
        yield home, inspector


@pytest.fixture(autouse=True)
def home(opened: tuple[Path, Inspector], own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home, inspector = opened
    monkeypatch.setenv("RESNET_VIZ_HOME", str(home))
    monkeypatch.setattr(server, "inspector", lambda: inspector)
    return home


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    """A file as the training writes it."""
    path = tmp_path / "model.safetensors"
    write_weights(path, SPEC, 70, seed=3)
    return path.read_bytes()


def test_a_file_becomes_a_run_with_the_same_weights(content: bytes) -> None:
    taken = import_upload(content, "../../<b>mine.safetensors")
    store = server.store()
    (run,) = store.runs(group=taken.group_id)
    assert (run.state, run.step, run.origin) == (RunState.STOPPED, 70, "imported")
    assert run.name == "<b>mine.safetensors"
    assert taken.changes == ()
    (saved,) = store.checkpoints(run.id)
    model = load_model(f"file:{store.run_folder(run.id) / saved.path}", store.home)
    expected = build(SPEC.network, GREY, 3).state_dict()
    for name, value in model.network.state_dict().items():
        assert torch.equal(value, expected[name])
    assert (model.mean.item(), model.std.item()) == pytest.approx((0.3, 0.25))
    assert not list((store.home / "runs").glob(".importing*"))


def test_what_was_changed_is_told(content: bytes, tmp_path: Path) -> None:
    halved = {name: value.half() for name, value in safetensors.torch.load(content).items()}
    with safetensors.safe_open(tmp_path / "model.safetensors", framework="pt") as source:
        about = source.metadata()
    whole = {"num_batches_tracked", "running_var"}
    tensors = {
        name: safetensors.torch.load(content)[name] if name.rpartition(".")[2] in whole else value
        for name, value in halved.items()
    }
    (change,) = import_upload(safetensors.torch.save(tensors, metadata=about), "half.safetensors").changes
    assert "16 bits (F16)" in str(change)


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda content: b"", "weights_empty"),
        (lambda content: content[:-9], "weights_cut_off"),
        (lambda content: b"PK\x03\x04" + content, "weights_archive"),
        (lambda content: content.replace(b'\\"mean', b'\\"main'), "weights_normalisation"),
        (lambda content: content.replace(b"[0.25]", b"[0.00]"), "weights_normalisation"),
    ],
    ids=["empty", "cut off", "zip", "no mean", "no spread"],
)
def test_a_refused_file_leaves_nothing(home: Path, content: bytes, damage, code: str) -> None:  # type: ignore[no-untyped-def]
    there = server.store().runs(), sorted(home.glob("runs/*"))
    with pytest.raises(ResnetVizError) as refusal:
        import_upload(damage(content), "model.safetensors")
    assert refusal.value.code == code
    assert (server.store().runs(), sorted(home.glob("runs/*"))) == there


def test_the_web_process_needs_no_torch() -> None:
    code = "import sys, resnet_viz.ui.weights_upload; sys.exit('torch' in sys.modules)"
    path = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": path}, check=False)
    assert done.returncode == 0
