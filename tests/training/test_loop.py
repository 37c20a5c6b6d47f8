"""A training says what happened, obeys its owner and goes on exactly where it was."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.checkpoint_files import RESUME_FILE
from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import load
from resnet_viz.errors import CheckpointDamaged, InvalidSetting
from resnet_viz.events import (
    CheckpointSaved,
    Desired,
    Event,
    Facts,
    Profile,
    Progress,
    RunState,
    Series,
    StateChanged,
    Wish,
)
from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.networks.registry import build
from resnet_viz.specs import RunSpec, TrainSpec
from resnet_viz.training.checkpoint import read_checkpoint
from resnet_viz.training.loop import train
from tests.made.specs import tiny

SPEC = tiny(
    data={"train_size": 200, "augmentation": "crop-flip"},
    steps=24,
    evaluate_every=10,
    probe_every=8,
    schedule="cosine",
)
EXPECTED_LAYERS = ("stem", *(f"stage{s}.block1.conv{c}" for s in (1, 2, 3) for c in (1, 2)), "head")


def run(
    folder: Path, spec: RunSpec = SPEC, *, desired: Callable[[], Desired] = Desired, resume: bool = False
) -> Iterator[Event]:
    return train(
        spec, folder=folder, data_folder=folder, threads=1, desired=desired, resume=resume, flush_s=0.01
    )


def history(events: list[Event], spec: RunSpec = SPEC) -> RunHistory:
    builder = HistoryBuilder()
    builder.add(events)
    return builder.history(spec.network.role, spec.train.seed)


def stop_at(step: int) -> tuple[Callable[[], Desired], Callable[[Event], None]]:
    """A wish that turns to stop once ``step`` updates are done, and what it has to be told."""
    seen = 0

    def note(event: Event) -> None:
        nonlocal seen
        if isinstance(event, Progress):
            seen = event.step

    return lambda: Desired(Wish.STOP if seen >= step else Wish.RUN), note


def assert_same_curves(one: RunHistory, other: RunHistory) -> None:
    assert one.series.keys() == other.series.keys()
    for name, curve in one.series.items():
        np.testing.assert_array_equal(curve.step, other.series[name].step, err_msg=name)
        np.testing.assert_array_equal(curve.value, other.series[name].value, err_msg=name)
    assert one.profiles.keys() == other.profiles.keys()
    for name, table in one.profiles.items():
        np.testing.assert_array_equal(table.step, other.profiles[name].step, err_msg=name)
        np.testing.assert_array_equal(table.value, other.profiles[name].value, err_msg=name)
    timings = {"wall_s", "training_s", "samples_per_s"}
    assert {k: v for k, v in one.facts.items() if k not in timings} == {
        k: v for k, v in other.facts.items() if k not in timings
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    return list(run(tmp_path_factory.mktemp("undisturbed")))


def test_every_step_has_its_loss_and_every_layer_its_gradient(undisturbed: list[Event]) -> None:
    whole = history(undisturbed)
    assert whole.state is RunState.FINISHED
    steps = list(range(24))
    for name in ("train/loss", "train/accuracy", "train/learning_rate"):
        assert whole.series[name].step.tolist() == steps
    for name in ("grad/norm", "grad/relative", "update/ratio"):
        assert whole.profiles[name].step.tolist() == steps
        assert whole.profiles[name].taps == EXPECTED_LAYERS
        assert (whole.profiles[name].value > 0).all()
    assert whole.series["test/accuracy"].step.tolist() == [10, 20, 24]
    assert whole.profiles["response/std"].step.tolist() == [0, 8, 16, 24]
    assert whole.profiles["grad/block_output"].taps == tuple(f"stage{s}.block1" for s in (1, 2, 3))
    assert whole.facts["train_loss"] == pytest.approx(whole.series["train/loss"].value[-20:].mean())
    assert whole.facts["test_accuracy"] == whole.series["test/accuracy"].value[-1]


def test_the_first_loss_is_that_of_the_untrained_network(undisturbed: list[Event], tmp_path: Path) -> None:
    """Step 0 is measured before any update; the reference computes it from the data alone."""
    whole = history(undisturbed)
    kept = read_checkpoint(next(_kept_files(undisturbed, tmp_path, SPEC)))
    assert kept.step == 0
    network = build(SPEC.network, shape_of(SPEC.data), SPEC.train.seed)
    for name, value in network.named_parameters():
        assert torch.equal(kept.model[name], value), name
    assert whole.series["train/loss"].value[0] == pytest.approx(np.log(10), rel=0.35)


def test_norms_agree_with_the_weights_before_and_after_an_update(tmp_path: Path) -> None:
    """Constant-rate SGD without momentum or decay: Δw = −rate · g, so ‖Δw‖/‖w‖ = rate · ‖g‖/‖w‖."""
    spec = SPEC.but(
        train=TrainSpec(steps=3, batch_size=16, momentum=0, weight_decay=0, learning_rate=0.05),
        data=SPEC.data.but(augmentation="none"),
    )
    whole = history(list(run(tmp_path, spec)), spec)
    np.testing.assert_allclose(
        whole.profiles["update/ratio"].value, 0.05 * whole.profiles["grad/relative"].value, rtol=2e-3
    )
    start = read_checkpoint(tmp_path / "step-0000000.safetensors").model
    end = read_checkpoint(tmp_path / "step-0000001.safetensors").model
    for index, tap in enumerate(EXPECTED_LAYERS):
        before, after = start[f"{tap}.weight"].double(), end[f"{tap}.weight"].double()
        ratio = (after - before).norm() / before.norm()
        assert whole.profiles["update/ratio"].value[0, index] == pytest.approx(ratio.item(), rel=1e-4)
        gradient = whole.profiles["grad/norm"].value[0, index]
        assert gradient == pytest.approx((after - before).norm().item() / 0.05, rel=1e-3)


def test_test_accuracy_is_that_of_the_kept_network(undisturbed: list[Event], tmp_path: Path) -> None:
    final = list(run(tmp_path))
    network = build(SPEC.network, shape_of(SPEC.data), 0)
    network.load_state_dict(read_checkpoint(tmp_path / "step-0000024.safetensors").model)
    data = load(SPEC.data, tmp_path)
    images = (data.test_images.double() / 255 - data.mean.view(-1, 1, 1)) / data.std.view(-1, 1, 1)
    with torch.no_grad():
        predicted = network.double().eval()(images).argmax(1)
    accuracy = (predicted == data.test_labels).double().mean().item()
    assert history(final).facts["test_accuracy"] == pytest.approx(accuracy, abs=1.01 / len(data.test_labels))
    assert_same_curves(history(undisturbed), history(final))


@pytest.mark.parametrize("step", [0, 1, 8, 10, 23])
def test_a_stopped_run_goes_on_exactly(step: int, undisturbed: list[Event], tmp_path: Path) -> None:
    events: list[Event] = []
    desired, note = stop_at(step)
    for event in run(tmp_path, desired=desired):
        note(event)
        events.append(event)
    assert events[-1] == StateChanged(RunState.STOPPED)
    assert (tmp_path / RESUME_FILE).exists()
    events += run(tmp_path, resume=True)
    assert_same_curves(history(undisturbed), history(events))
    assert not (tmp_path / RESUME_FILE).exists()


def test_a_run_abandoned_between_two_checkpoints_goes_on_exactly(
    undisturbed: list[Event], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a kill leaves: a checkpoint in the past and records beyond it."""
    monkeypatch.setattr("resnet_viz.training.loop._SAVE_EVERY_S", 0.0)
    monkeypatch.setattr("resnet_viz.training.loop.time.monotonic", iter(range(10_000)).__next__)
    events: list[Event] = []
    saved: bytes | None = None
    for event in run(tmp_path):
        events.append(event)
        if isinstance(event, CheckpointSaved) and event.path == RESUME_FILE and event.step == 9:
            saved = (tmp_path / RESUME_FILE).read_bytes()
        if isinstance(event, Progress) and event.step == 15:
            break
    assert saved is not None
    (tmp_path / RESUME_FILE).write_bytes(saved)
    events += run(tmp_path, resume=True)
    assert_same_curves(history(undisturbed), history(events))


def test_pause_single_step_and_go_on(undisturbed: list[Event], tmp_path: Path) -> None:
    wishes = iter(
        [Desired()] * 5
        + [Desired(Wish.PAUSE)] * 4
        + [Desired(Wish.PAUSE, until_step=6)] * 4
        + [Desired()] * 99
    )
    events = list(run(tmp_path, desired=lambda: next(wishes)))
    states = [event.state for event in events if isinstance(event, StateChanged)]
    running, paused = RunState.RUNNING, RunState.PAUSED
    assert states == [running, paused, running, paused, running, RunState.FINISHED]
    paused_at = [before for before, after in pairwise(events) if after == StateChanged(paused)]
    assert [(e.step, e.kept) for e in paused_at if isinstance(e, CheckpointSaved)] == [(5, False), (6, False)]
    assert_same_curves(history(undisturbed), history(events))


def test_divergence_ends_the_run_and_keeps_its_curves(tmp_path: Path) -> None:
    spec = SPEC.but(
        network=SPEC.network.but(norm="none"), train=TrainSpec(steps=60, batch_size=16, learning_rate=100)
    )
    events = list(run(tmp_path, spec))
    end = events[-1]
    assert isinstance(end, StateChanged)
    assert end.state is RunState.DIVERGED
    assert end.failure is not None
    whole = history(events, spec)
    loss = whole.series["train/loss"]
    assert loss.step[-1] == end.failure.parameters["step"]
    assert np.isfinite(loss.value[:-1]).all()
    assert not np.isfinite(loss.value[-1])
    assert whole.profiles["grad/norm"].step[-1] == loss.step[-1]


def test_twins_see_the_same_batches_and_start_alike(undisturbed: list[Event], tmp_path: Path) -> None:
    plain = history(list(run(tmp_path, SPEC.but(network=without_shortcuts(SPEC.network)))))
    residual = history(undisturbed)
    for fact in ("init_digest", "batch_digest", "batch_digests", "parameters"):
        assert plain.facts[fact] == residual.facts[fact]
    other = history(list(run(tmp_path, SPEC.but(train=SPEC.train.but(seed=1)))))
    assert other.facts["init_digest"] != residual.facts["init_digest"]
    assert other.facts["batch_digest"] != residual.facts["batch_digest"]


def test_adam_resumes_exactly_too(tmp_path: Path) -> None:
    spec = SPEC.but(train=SPEC.train.but(optimizer="adam", learning_rate=0.01, steps=12))
    desired, note = stop_at(7)
    events: list[Event] = []
    for event in run(tmp_path / "stopped", spec, desired=desired):
        note(event)
        events.append(event)
    events += run(tmp_path / "stopped", spec, resume=True)
    assert_same_curves(history(list(run(tmp_path / "whole", spec))), history(events))


def test_a_device_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(InvalidSetting, match=missing):
        list(run(tmp_path, SPEC.but(train=SPEC.train.but(device=missing))))


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / RESUME_FILE).write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00not a header")
    with pytest.raises(CheckpointDamaged, match=RESUME_FILE):
        list(run(tmp_path, resume=True))


def test_events_come_in_a_readable_order(undisturbed: list[Event]) -> None:
    kinds = [type(event) for event in undisturbed]
    assert kinds[:2] == [Facts, StateChanged]
    first_point = next(
        i for i, e in enumerate(undisturbed) if isinstance(e, Series) and e.name == "train/loss"
    )
    assert sum(isinstance(e, Progress) for e in undisturbed[:first_point]) == 0
    assert [e.step for e in undisturbed if isinstance(e, Progress)] == list(range(1, 25))
    assert all(e.value.dtype == np.float32 for e in undisturbed if isinstance(e, Profile))


def _kept_files(events: list[Event], folder: Path, spec: RunSpec) -> Iterator[Path]:
    list(run(folder, spec))
    return (folder / event.path for event in events if isinstance(event, CheckpointSaved) and event.kept)
