"""The reaper's clock: a machine that slept must not lose the runs that slept with it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from resnet_viz.events import RunState
from resnet_viz.jobs import reaper as reaper_module
from resnet_viz.jobs.pool import Pool
from resnet_viz.jobs.process import WorkerProcess
from resnet_viz.jobs.reaper import STALE_S, Reaper
from resnet_viz.store import Store, open_store
from tests.jobs.queue_runs import queue, spec


class Clock:
    """Unix seconds that go on when told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


def nobody() -> WorkerProcess:
    raise AssertionError("nobody is to be hired")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(reaper_module, "time", SimpleNamespace(time=clock.time, monotonic=clock.time))
    return clock


@pytest.fixture
def own_store(own_home: Path, clock: Clock) -> Iterator[Store]:
    store = open_store(own_home, clock=clock.time)
    yield store
    store.close()


def look_for(reaper: Reaper, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        clock.now += 1
        reaper.look()


def test_a_silent_run_is_lost_soon_after_it_is_stale(own_store: Store, clock: Clock) -> None:
    (run_id,) = queue(own_store, spec())
    own_store.claim(run_id, "gone")
    reaper = Reaper(own_store, Pool(nobody, slots=2, spares=0))
    look_for(reaper, clock, int(STALE_S))
    assert own_store.run(run_id).state is RunState.RUNNING
    look_for(reaper, clock, 1)
    assert own_store.run(run_id).state is RunState.LOST


def test_after_a_sleep_everybody_may_first_say_that_they_live(own_store: Store, clock: Clock) -> None:
    alive, dead = (queue(own_store, spec())[0] for _ in range(2))
    for run_id in (alive, dead):
        own_store.claim(run_id, "sleeper")
    reaper = Reaper(own_store, Pool(nobody, slots=2, spares=0))
    reaper.look()
    clock.now += 3600
    reaper.look()
    for _ in range(int(STALE_S)):
        own_store.heartbeat(alive, 1, 0)
        look_for(reaper, clock, 1)
    assert own_store.run(alive).state is RunState.RUNNING
    assert own_store.run(dead).state is RunState.LOST


def test_a_clock_set_back_does_not_stop_the_reaper(own_store: Store, clock: Clock) -> None:
    reaper = Reaper(own_store, Pool(nobody, slots=2, spares=0))
    reaper.look()
    clock.now -= 3600
    (run_id,) = queue(own_store, spec())
    own_store.claim(run_id, "gone")
    look_for(reaper, clock, 2 * int(STALE_S) + 2)
    assert own_store.run(run_id).state is RunState.LOST
