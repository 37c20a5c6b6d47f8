"""Schedules, kept steps, checkpoints and the meter, each by itself."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from resnet_viz.errors import CheckpointDamaged
from resnet_viz.events import Profile
from resnet_viz.specs import NetworkSpec, RunSpec, TrainSpec
from resnet_viz.training.checkpoint import Checkpoint, kept_steps, read_checkpoint, write_checkpoint
from resnet_viz.training.meter import Meter, profile_rows
from resnet_viz.training.schedule import learning_rate


def rates(**values: object) -> list[float]:
    spec = TrainSpec.checked(**values)
    return [learning_rate(spec, step) for step in range(spec.steps)]


def test_step_schedule_is_the_one_of_the_paper() -> None:
    """÷10 at 32k and 48k of 64k iterations (He et al. 2015 §4.2)."""
    spec = TrainSpec(steps=64_000, schedule="step")
    marks = [0, 31_999, 32_000, 47_999, 48_000, 63_999]
    assert [learning_rate(spec, s) for s in marks] == pytest.approx([0.1, 0.1, 0.01, 0.01, 0.001, 0.001])


@pytest.mark.parametrize("schedule", ["cosine", "one-cycle"])
def test_curved_schedules_agree_with_pytorch(schedule: str) -> None:
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], 0.1)
    reference: torch.optim.lr_scheduler.LRScheduler
    if schedule == "cosine":
        reference = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 101)
    else:
        # PyTorch places peak and end one step earlier: up to 2.5 % of the full rate apart.
        reference = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=102, cycle_momentum=False)
    expected = []
    for _ in range(101):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        reference.step()
    assert rates(steps=101, schedule=schedule) == pytest.approx(expected, abs=0.0025)


def test_warm_up_rises_evenly_and_then_leaves_the_schedule_alone() -> None:
    assert rates(steps=8, warmup_steps=3)[:4] == pytest.approx([0.025, 0.05, 0.075, 0.1])


def test_kept_steps_hold_both_ends_and_thin_out() -> None:
    assert kept_steps(150) == (0, 1, 3, 10, 32, 100, 150)
    assert kept_steps(1) == (0, 1)
    assert len(kept_steps(64_000)) < 14


@pytest.mark.parametrize("steps", [1, 10, 1000, 1001, 64_000])
def test_measured_rows_are_bounded_and_hold_both_ends(steps: int) -> None:
    rows = profile_rows(steps)
    assert {0, steps - 1} <= rows <= set(range(steps))
    assert len(rows) == min(steps, 1000)


def test_meter_measures_gradients_whose_squares_underflow() -> None:
    weight = torch.nn.Parameter(torch.ones(100))
    weight.grad = torch.full((100,), 3e-30)
    meter = Meter({"stem": weight}, 4, torch.device("cpu"))
    meter.note(0, 4, 0.1, measured=True)
    meter.record_gradients()
    with torch.no_grad():
        weight.sub_(0.5)
    meter.record_updates()
    meter.record_step(torch.tensor(1.0), torch.tensor(3))
    tables = {event.name: event.value for event in meter.drain() if isinstance(event, Profile)}
    assert tables["grad/norm"][0, 0] == pytest.approx(3e-29)
    assert tables["grad/relative"][0, 0] == pytest.approx(3e-30)
    assert tables["update/ratio"][0, 0] == pytest.approx(0.5)
    assert meter.drain() == []


def test_layers_without_weights_have_no_ratio() -> None:
    weight = torch.nn.Parameter(torch.zeros(4))
    weight.grad = torch.ones(4)
    meter = Meter({"stem": weight}, 1, torch.device("cpu"))
    meter.note(0, 4, 0.1, measured=True)
    meter.record_gradients()
    meter.record_updates()
    meter.record_step(torch.tensor(1.0), torch.tensor(3))
    tables = {event.name: event.value for event in meter.drain() if isinstance(event, Profile)}
    assert tables["grad/norm"][0, 0] == 2
    assert np.isnan(tables["grad/relative"][0, 0])


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    spec = RunSpec(network=NetworkSpec(depth=8))
    weight = torch.randn(2, 3, 3, 3).to(memory_format=torch.channels_last)
    momentum = {"0.momentum_buffer": weight * 2}
    state = Checkpoint(spec, 7, {"stem.weight": weight}, (0.25,), (0.5,), momentum, {"order": {"step": 7}})
    path = tmp_path / "new" / "resume.safetensors"
    assert write_checkpoint(path, state) == path.stat().st_size
    back = read_checkpoint(path)
    assert (back.spec, back.step, back.position) == (spec, 7, {"order": {"step": 7}})
    assert (back.mean, back.std) == ((0.25,), (0.5,))
    assert torch.equal(back.model["stem.weight"], weight)
    assert torch.equal(back.optimizer["0.momentum_buffer"], weight * 2)
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_write_leaves_the_older_checkpoint_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "resume.safetensors"
    write_checkpoint(path, Checkpoint(RunSpec(), 1, {"w": torch.ones(3)}))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_checkpoint(path, Checkpoint(RunSpec(), 2, {"w": torch.zeros(3)}))
    assert read_checkpoint(path).step == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"\x00" * 7, b"\xff" * 64, b"not a checkpoint at all"])
def test_broken_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "step.safetensors"
    path.write_bytes(content)
    with pytest.raises(CheckpointDamaged):
        read_checkpoint(path)


@pytest.mark.parametrize(
    ("damage", "tensor"),
    [
        ({"spec": None}, "model.w"),
        ({"spec": {"network": {"depth": 21}}}, "model.w"),
        ({"spec": {"wings": 2}}, "model.w"),
        ({"step": "many"}, "model.w"),
        ({"mean": 0.5}, "model.w"),
        ({"position": []}, "model.w"),
        ({}, "wings.w"),
        ({}, "w"),
    ],
)
def test_a_sound_file_that_says_nonsense_is_refused(
    damage: dict[str, object], tensor: str, tmp_path: Path
) -> None:
    path = tmp_path / "step.safetensors"
    about = {"spec": {}, "step": 1, "mean": [], "std": [], "position": {}} | damage
    save_file({tensor: torch.ones(1)}, path, metadata={"resnet_viz": json.dumps(about)})
    with pytest.raises(CheckpointDamaged, match="start the run again"):
        read_checkpoint(path)
