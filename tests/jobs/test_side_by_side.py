"""Trainings within a measurement are those of a race, to the bit, and leave nothing behind when stopped."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
import pytest

from resnet_viz.errors import InvalidSetting, ResnetVizError
from resnet_viz.events import Desired, RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.endings import Ending, ending_of, steps_done
from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.jobs.worker.side_by_side import Trained, train_side_by_side
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.event_frames import events_of, frame_of
from resnet_viz.processes.measuring import Bench
from resnet_viz.training.loop import train
from tests.made.specs import tiny

TRAIN: Final[dict[str, Any]] = {"steps": 30, "evaluate_every": 10, "probe_every": 10, "device": "cpu"}
FOUR = Experiment(
    run=tiny(data={"train_size": 200}, **TRAIN),
    families=("plain", "residual+stochastic-depth"),
    seeds=2,
)
"""Two networks with two seeds; what one of them leaves out at random depends on nothing but seed and step."""

LONG = Experiment(run=tiny(steps=100_000, device="cpu"), seeds=2)
TIMINGS = {"wall_s", "training_s", "samples_per_s", "threads"}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What this process makes in the folder for temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def bench(home: Path, slots: int) -> Bench:
    return Bench(home, 1, slots)


def last(found: Iterator[Trained]) -> Trained:
    *_, end = found
    return end


def alone(spec: Experiment, place: int, folder: Path) -> RunHistory:
    """One of its cells as a worker would train it for a race."""
    cell = spec.in_queue_order()[place]
    builder = HistoryBuilder()
    builder.add(train(cell.run, folder=folder, data_folder=folder, threads=1, desired=Desired))
    return builder.history(cell.family, cell.seed)


def assert_same(one: RunHistory, other: RunHistory) -> None:
    assert (one.family, one.seed, one.state) == (other.family, other.seed, other.state)
    assert one.series.keys() == other.series.keys()
    for name, curve in one.series.items():
        np.testing.assert_array_equal(curve.step, other.series[name].step, err_msg=name)
        np.testing.assert_array_equal(curve.value, other.series[name].value, err_msg=name)
    assert one.profiles.keys() == other.profiles.keys()
    for name, table in one.profiles.items():
        assert table.taps == other.profiles[name].taps
        np.testing.assert_array_equal(table.value, other.profiles[name].value, err_msg=name)
    facts, others = ({k: v for k, v in h.facts.items() if k not in TIMINGS} for h in (one, other))
    assert facts == others


@pytest.mark.parametrize("slots", [1, 2])
def test_the_numbers_are_those_of_a_race_to_the_bit(slots: int, tmp_path: Path, temporary: Path) -> None:
    cells = FOUR.in_queue_order()
    found = last(train_side_by_side(cells, bench(tmp_path, slots)))
    assert found.share == 1
    for place, history in enumerate(found.histories):
        assert history.state is RunState.FINISHED
        assert_same(history, alone(FOUR, place, tmp_path / f"alone{place}"))
    assert list(temporary.glob("resnet-viz-*")) == []


def test_it_tells_how_far_it_is_and_what_there_is(tmp_path: Path) -> None:
    spec = LONG.but(run=LONG.run.but(train=LONG.run.train.but(steps=150)))
    told = list(train_side_by_side(spec.in_queue_order(), bench(tmp_path, 2)))
    shares = [found.share for found in told]
    assert shares == sorted(shares)
    partial = next(found for found in told if found.share)
    assert partial.share < 0.5
    assert partial.share == pytest.approx(sum(map(steps_done, partial.histories)) / (4 * 150))


@pytest.mark.parametrize("begun", [0, 1, 2])
def test_stopped_at_any_moment_it_leaves_no_process_and_no_file(
    begun: int, tmp_path: Path, temporary: Path
) -> None:
    """At once, before the other process has started, and while both are training."""
    before = set(psutil.Process().children(recursive=True))
    with closing(train_side_by_side(LONG.in_queue_order(), bench(tmp_path, 2))) as training:
        for found in training:
            if sum(steps_done(history) > 0 for history in found.histories) >= begun:
                break
        assert set(psutil.Process().children(recursive=True)) - before
    assert not set(psutil.Process().children(recursive=True)) - before
    assert list(temporary.glob("resnet-viz-*")) == []
    assert not any(history.state.is_finished() for history in found.histories)


def test_what_diverges_is_a_result_and_the_others_go_on(tmp_path: Path) -> None:
    spec = Experiment(
        run=tiny(data={"train_size": 200}, **TRAIN | {"learning_rate": 50.0}),
        families=("residual+no-norm", "residual"),
    )
    found = last(train_side_by_side(spec.in_queue_order(), bench(tmp_path, 2)))
    diverged, other = found.histories
    assert diverged.state is RunState.DIVERGED
    assert ending_of(diverged, 10) is Ending.DIVERGED
    assert not np.isfinite(diverged.series["train/loss"].value[-1])
    assert other.state is RunState.FINISHED
    assert found.share == 1


def test_a_process_that_dies_is_told_in_a_sentence(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    with closing(train_side_by_side(LONG.in_queue_order(), bench(tmp_path, 2))) as training:
        next(training)
        (child,) = set(psutil.Process().children()) - before
        child.kill()
        with pytest.raises(ResnetVizError, match="ended unexpectedly"):
            for _ in training:
                pass
    assert not set(psutil.Process().children()) - before


def test_a_device_that_is_not_there_is_refused(tmp_path: Path) -> None:
    spec = FOUR.but(run=FOUR.run.but(train=FOUR.run.train.but(device="mps")))
    with pytest.raises(InvalidSetting, match="no mps device"):
        next(train_side_by_side(spec.in_queue_order(), bench(tmp_path, 2)))


def test_it_uses_as_many_processes_as_there_are_slots(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    for slots in (1, 3):
        with closing(train_side_by_side(LONG.in_queue_order(), bench(tmp_path, slots))) as training:
            next(training)
            assert len(set(psutil.Process().children()) - before) == slots - 1


def test_what_a_training_says_arrives_as_it_was_said(tmp_path: Path) -> None:
    (cell, *_) = FOUR.in_queue_order()
    said = list(train(cell.run, folder=tmp_path, data_folder=tmp_path, threads=1, desired=Desired))
    frame = Frame.from_bytes(frame_of(said).to_bytes())
    both = []
    for events in (said, events_of(frame.values, frame.arrays)):
        builder = HistoryBuilder()
        builder.add(events)
        both.append(builder.history("", 0))
    assert_same(*both)
    assert both[0].facts == both[1].facts
