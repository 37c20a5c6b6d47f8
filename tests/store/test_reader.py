"""Following a run from several threads and through trouble."""

import threading

import numpy as np
import pytest

from resnet_viz.errors import NotFound, StoreUnavailable
from resnet_viz.events import Event, RunState, Series
from resnet_viz.store import RunReader, Store
from tests.made.stored import claimed, queued


def point(step: int) -> Series:
    return Series("train/loss", np.array([step]), np.array([float(step)]))


def test_a_reader_knows_the_run_before_it_starts(store: Store) -> None:
    run_id = queued(store)
    reader = RunReader(store, run_id[:5])
    history = reader.history()
    assert reader.run_id == run_id
    assert (history.family, history.seed, history.state) == ("residual", 0, RunState.QUEUED)
    assert (history.series, history.profiles, history.facts) == ({}, {}, {})
    with pytest.raises(NotFound):
        RunReader(store, "aaaaaaaaaa")


def test_every_change_of_state_reaches_the_reader(store: Store) -> None:
    run_id = queued(store)
    reader = RunReader(store, run_id)
    claimed(store, run_id)
    assert reader.history().state is RunState.RUNNING
    assert store.lose(store.heartbeats()[0])
    assert reader.history().state is RunState.LOST
    store.resume(run_id)
    assert reader.history().state is RunState.QUEUED


def test_threads_share_a_reader(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    reader = RunReader(store, run_id)
    done = threading.Event()
    wrong: list[list[int]] = []

    def look() -> None:
        while not done.is_set():
            curve = reader.history().series.get("train/loss")
            if curve is not None and curve.step.tolist() != list(range(len(curve))):
                wrong.append(curve.step.tolist())

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for step in range(100):
        store.append(run_id, attempt, [point(step)])
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(reader.history().series["train/loss"]) == 100


def test_a_reading_that_failed_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    reader = RunReader(store, run_id)
    store.append(run_id, attempt, [point(0)])
    assert len(reader.history().series["train/loss"]) == 1
    store.append(run_id, attempt, [point(1)])

    def broken(*_: object) -> tuple[list[Event], int]:
        raise StoreUnavailable("history_unavailable", "away")

    with monkeypatch.context() as patched:
        patched.setattr(store, "events_since", broken)
        with pytest.raises(StoreUnavailable):
            reader.history()
    assert reader.history().series["train/loss"].step.tolist() == [0, 1]
