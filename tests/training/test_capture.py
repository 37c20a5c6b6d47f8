"""A step that is recorded once and replayed trains as the step itself; where it can't be, the run says so."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
import torch

from resnet_viz.checkpoint_files import RESUME_FILE
from resnet_viz.data.load import load
from resnet_viz.events import Event, Facts, RunState, StepMode
from resnet_viz.history import RunHistory
from resnet_viz.specs import RunSpec
from resnet_viz.training.capture import WARM_UP, Captures
from resnet_viz.training.checkpoint import read_checkpoint
from resnet_viz.training.pace import STEPS_AHEAD, Pace
from resnet_viz.training.trainer import Trainer
from tests.training import test_chance, test_loop
from tests.training.tape import Tape
from tests.training.test_loop import assert_same_curves, history, run, stop_at

SPEC, CHANCE = (spec.but(train=spec.train.but(device="cpu")) for spec in (test_loop.SPEC, test_chance.CHANCE))
RECIPES = {
    "momentum, schedule, crops and flips": SPEC,
    "warm-up, no momentum": SPEC.but(train=SPEC.train.but(momentum=0.0, warmup_steps=5)),
    "adam": SPEC.but(train=SPEC.train.but(optimizer="adam", learning_rate=1e-3)),
    "no normalisation, not moved": SPEC.but(
        network=SPEC.network.but(norm="none"), data=SPEC.data.but(augmentation="none")
    ),
}


@pytest.fixture
def tape() -> Iterator[Tape]:
    """All trainings of the test are recorded with it."""
    tape = Tape()
    with _recorded_with(tape):
        yield tape


def _recorded_with(tape: Tape) -> AbstractContextManager[object]:
    return patch("resnet_viz.training.trainer.Captures.on", lambda device, draws: Captures(tape))


def without_step_mode(found: RunHistory) -> RunHistory:
    facts = {name: value for name, value in found.facts.items() if not name.startswith("step_mode")}
    return replace(found, facts=facts)


@pytest.mark.parametrize("name", RECIPES)
def test_a_replayed_training_has_the_curves_of_one_that_is_not(name: str, tmp_path: Path) -> None:
    _assert_replayed_alike(RECIPES[name], tmp_path)


def test_steps_at_which_layers_are_measured_and_others_are_recorded_each(tmp_path: Path) -> None:
    measured = frozenset({0, 1, 2, 3, 4, 9, 14, 23})
    with patch("resnet_viz.training.trainer.profile_rows", lambda _steps: measured):
        _assert_replayed_alike(SPEC, tmp_path)


def _assert_replayed_alike(spec: RunSpec, tmp_path: Path) -> None:
    eager = history(list(run(tmp_path / "eager", spec)), spec)
    with _recorded_with(tape := Tape()):
        replayed = history(list(run(tmp_path / "replayed", spec)), spec)
    assert tape.replayed > spec.train.steps - 2 * WARM_UP - 1
    assert replayed.facts["step_mode"] == StepMode.CAPTURED
    assert "step_mode" not in eager.facts
    assert_same_curves(eager, without_step_mode(replayed))
    for kept in (tmp_path / "eager").glob("step-*"):
        assert kept.read_bytes() == (tmp_path / "replayed" / kept.name).read_bytes(), kept.name


def test_test_images_that_fill_no_batch_are_tested_too(tape: Tape, tmp_path: Path) -> None:
    """2,000 images in batches of 300: what six replays and a part of a batch find is what one batch finds."""
    found = []
    for size in (300, 2000):
        with patch("resnet_viz.training.evaluation._BATCH", size):
            found.append(Trainer(SPEC, load(SPEC.data, tmp_path), tmp_path).evaluate())
    (loss, accuracy), (whole_loss, whole_accuracy) = ([one.value[0] for one in each] for each in found)
    assert accuracy == whole_accuracy
    assert loss == pytest.approx(whole_loss, rel=1e-5)


@pytest.mark.parametrize("step", [1, WARM_UP, WARM_UP + 1, 17])
@pytest.mark.parametrize("name", ["momentum, schedule, crops and flips", "adam"])
def test_a_replayed_training_goes_on_exactly_after_a_stop(
    name: str, step: int, tape: Tape, tmp_path: Path
) -> None:
    spec = RECIPES[name]
    whole = history(list(run(tmp_path / "whole", spec)), spec)
    desired, note = stop_at(step)
    events: list[Event] = []
    for event in run(tmp_path / "stopped", spec, desired=desired):
        note(event)
        events.append(event)
    events += run(tmp_path / "stopped", spec, resume=True)
    assert_same_curves(whole, history(events, spec))


def test_a_training_put_back_to_a_checkpoint_is_recorded_anew(tape: Tape, tmp_path: Path) -> None:
    """The optimiser's state has moved: a replay of before would update what nobody reads any more."""
    trainer = Trainer(SPEC, load(SPEC.data, tmp_path), tmp_path)
    for _ in range(6):
        trainer.update()
    trainer.drain()
    trainer.save_position(0.0)
    ends = []
    for _ in range(2):
        trainer.restore(read_checkpoint(tmp_path / RESUME_FILE))
        for _ in range(4):
            trainer.update()
        trainer.drain()
        ends.append({name: value.clone() for name, value in trainer.network.state_dict().items()})
    assert all(torch.equal(value, ends[1][name]) for name, value in ends[0].items())


@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_what_cannot_be_recorded_is_carried_out_as_it_is_and_the_run_says_why(
    fails_at: int, tmp_path: Path
) -> None:
    """The step fails to be recorded, or after it the batch of a test or the estimate of statistics."""
    spec = SPEC.but(train=SPEC.train.but(evaluate_every=2))
    eager = history(list(run(tmp_path / "eager", spec)), spec)
    with _recorded_with(tape := Tape(fails_at)):
        found = history(list(run(tmp_path / "refused", spec)), spec)
    assert tape.recorded == fails_at
    assert tape.given_back == 1
    assert found.facts["step_mode"] == StepMode.REFUSED
    assert found.facts["step_mode_error"] == "CUDA error: operation not supported"
    assert_same_curves(eager, without_step_mode(found))


def test_too_little_memory_for_a_recording_is_told_apart(tmp_path: Path) -> None:
    error = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
    with _recorded_with(Tape(0, error)):
        found = history(list(run(tmp_path, SPEC)))
    assert found.state is RunState.FINISHED
    assert found.facts["step_mode"] == StepMode.NO_MEMORY
    assert "step_mode_error" not in found.facts


def test_a_failing_step_still_fails_the_run(tape: Tape, tmp_path: Path) -> None:
    """What breaks the step itself, recorded or not, is not hidden by carrying it out again."""
    broken = patch("resnet_viz.training.step.Meter.record_updates", side_effect=RuntimeError("broken"))
    with broken, pytest.raises(RuntimeError, match="broken"):
        list(run(tmp_path, SPEC))


@pytest.mark.parametrize(
    ("device", "draws", "mode"),
    [
        ("cpu", False, None),
        ("cpu", True, None),
        ("mps", False, StepMode.NO_GRAPHS),
        ("cuda", True, StepMode.DRAWS),
    ],
)
def test_where_nothing_is_recorded_from_the_start(device: str, draws: bool, mode: StepMode | None) -> None:
    captures = Captures.on(torch.device(device), draws=draws)
    assert captures.recorder is None
    assert captures.facts() == ({} if mode is None else {"step_mode": mode.value})


def test_random_draws_would_be_frozen_by_a_recording(tmp_path: Path) -> None:
    """Why `Captures.on` records no network that leaves out something at random."""
    eager = history(list(run(tmp_path / "eager", CHANCE)), CHANCE)
    with _recorded_with(Tape()):
        frozen = history(list(run(tmp_path / "frozen", CHANCE)), CHANCE)
    differs = eager.series["train/loss"].value != frozen.series["train/loss"].value
    assert not differs[:WARM_UP].any()
    assert differs[WARM_UP + 1 :].all()


def test_recording_carries_nothing_out_and_numbers_of_the_host_stay_what_they_were() -> None:
    """The stand-in does what a CUDA graph does; else the tests above would prove nothing."""
    total, counted = torch.zeros(1), iter(range(9))

    def add() -> None:
        total.add_(next(counted) + 5)

    def read() -> None:
        total.add_(total.item())

    replay = Tape().record(add)
    assert total.item() == 0
    for _ in range(3):
        replay()
    assert total.item() == 15
    with pytest.raises(RuntimeError, match="capturing"):
        Tape().record(read)


def test_the_step_mode_is_told_once_it_is_known(tape: Tape, tmp_path: Path) -> None:
    events = list(run(tmp_path, SPEC))
    told = [event.values.get("step_mode") for event in events if isinstance(event, Facts)]
    assert told[0] is None  # before the first step
    assert told[-2] == "captured"


class Clock:
    """Of an accelerator what a `Pace` can see: how many places in its work were recorded and waited for."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def moment(self) -> "Moment":
        return Moment(self)


class Moment:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.step = -1

    def record(self) -> None:
        self.step = sum(entry.startswith("given") for entry in self.clock.log)
        self.clock.log.append(f"given {self.step}")

    def synchronize(self) -> None:
        self.clock.log.append(f"done {self.step}")


def test_the_host_is_never_more_than_a_few_steps_ahead() -> None:
    clock = Clock()
    pace = Pace(clock.moment)
    for _ in range(3 * STEPS_AHEAD):
        pace.step()
    done = -1
    for entry in clock.log:
        kind, number = entry.split()
        if kind == "done":
            assert int(number) == done + 1
            done = int(number)
        else:
            assert int(number) - done <= STEPS_AHEAD
    assert done == 2 * STEPS_AHEAD - 1


def test_a_cpu_is_not_waited_for() -> None:
    Pace.on(torch.device("cpu")).step()


def test_divergence_is_found_in_a_replayed_training(tape: Tape, tmp_path: Path) -> None:
    spec: RunSpec = SPEC.but(
        train=SPEC.train.but(learning_rate=100.0, schedule="constant", steps=300),
        network=SPEC.network.but(norm="none"),
    )
    found = history(list(run(tmp_path, spec)), spec)
    assert found.state is RunState.DIVERGED
    assert found.series["train/loss"].step[-1] < 299
