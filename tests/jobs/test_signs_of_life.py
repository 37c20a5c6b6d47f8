"""Who is silent is lost, whoever looks; who slept, whose clock was set or who could not write is not."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import RunState
from resnet_viz.jobs import signs_of_life as module
from resnet_viz.jobs.signs_of_life import STALE_S, SignsOfLife, find_lost
from resnet_viz.store import Heartbeat, Store, open_store
from resnet_viz.store.database import Database
from tests.made.specs import spec
from tests.made.stored import queue


class Clock:
    """The hour, and the seconds that this process has been awake; both go on when told."""

    def __init__(self) -> None:
        self.hour = 1_000_000.0
        self.awake = 50.0

    def time(self) -> float:
        return self.hour

    def monotonic(self) -> float:
        return self.awake

    def sleep(self, seconds: float) -> None:
        self.hour += seconds
        self.awake += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    stand_in = SimpleNamespace(time=clock.time, monotonic=clock.monotonic, sleep=clock.sleep)
    monkeypatch.setattr(module, "time", stand_in)
    return clock


@pytest.fixture
def own_store(own_home: Path, clock: Clock) -> Iterator[Store]:
    store = open_store(own_home, clock=clock.time)
    yield store
    store.close()


def claimed(store: Store) -> str:
    (run_id,) = queue(store, spec())
    assert store.claim(run_id, "a worker") == 1
    return run_id


def look_for(signs: SignsOfLife, clock: Clock, seconds: int, *, alive: str = "") -> None:
    for _ in range(seconds):
        clock.sleep(1)
        if alive:
            signs._store.heartbeat(alive, 1, 0)
        signs.look()


def test_a_silent_run_is_lost_soon_after_it_is_stale(own_store: Store, clock: Clock) -> None:
    run_id = claimed(own_store)
    signs = SignsOfLife(own_store)
    look_for(signs, clock, int(STALE_S))
    assert own_store.run(run_id).state is RunState.RUNNING
    look_for(signs, clock, 1)
    assert own_store.run(run_id).state is RunState.LOST


@pytest.mark.parametrize("both_clocks", [True, False])
def test_after_a_sleep_everybody_may_first_say_that_they_live(
    own_store: Store, clock: Clock, both_clocks: bool
) -> None:
    """Whether or not the monotonic clock runs while the machine sleeps, as it does on Windows."""
    alive, dead = claimed(own_store), claimed(own_store)
    signs = SignsOfLife(own_store)
    signs.look()
    clock.hour += 75
    clock.awake += 75 * both_clocks
    signs.look()
    assert own_store.run(alive).state is RunState.RUNNING
    look_for(signs, clock, int(STALE_S) + 1, alive=alive)
    assert own_store.run(alive).state is RunState.RUNNING
    assert own_store.run(dead).state is RunState.LOST


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_set_loses_nobody_and_saves_nobody(
    own_store: Store, clock: Clock, hours: int
) -> None:
    alive, dead = claimed(own_store), claimed(own_store)
    signs = SignsOfLife(own_store)
    look_for(signs, clock, 2, alive=alive)
    clock.hour += hours * 3600
    look_for(signs, clock, int(STALE_S), alive=alive)
    assert own_store.run(alive).state is RunState.RUNNING
    assert own_store.run(dead).state is RunState.LOST
    assert find_lost(own_store) == []


def test_one_look_is_enough_for_whoever_comes_later(own_store: Store, clock: Clock) -> None:
    """A command has no hour to watch in: it finds what died before it came."""
    dead = claimed(own_store)
    told: list[int] = []
    assert find_lost(own_store, on_wait=told.append) == []
    assert told == [], "it may still be alive, and a command does not wait for that"
    clock.hour += 600
    before = clock.awake
    assert find_lost(own_store, on_wait=told.append) == [dead]
    assert clock.awake - before <= STALE_S + 1
    assert told == [1]
    assert find_lost(own_store, on_wait=told.append) == []
    assert told == [1]


def test_a_command_after_the_machine_slept_waits_for_a_sign_of_life(
    own_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = claimed(own_store)
    clock.hour += 3600
    sleep = clock.sleep

    def beating(seconds: float) -> None:
        sleep(seconds)
        own_store.heartbeat(alive, 1, 0)

    monkeypatch.setattr("resnet_viz.jobs.signs_of_life.time.sleep", beating)
    before = clock.awake
    assert find_lost(own_store) == []
    assert own_store.run(alive).state is RunState.RUNNING
    assert clock.awake - before <= 1, "not longer than it takes to hear of it"


def test_a_run_killed_a_moment_ago_is_found_by_whoever_asks_for_it(own_store: Store, clock: Clock) -> None:
    dead = claimed(own_store)
    assert find_lost(own_store, quiet_s=0.0) == [dead]


def test_who_cannot_write_calls_nobody_silent(own_store: Store, clock: Clock) -> None:
    """Another program holds the lock: the run's worker could not write either."""
    alive = claimed(own_store)
    (last,) = own_store.heartbeats()
    other = Database(own_store.url)
    with other.writing():
        begun = time.monotonic()
        with pytest.raises(StoreUnavailable, match="locked"):
            own_store.lose(last)
        assert time.monotonic() - begun < 10, "and does not wait to be the first when the lock is free"
    other.close()
    assert own_store.run(alive).state is RunState.RUNNING
    assert own_store.lose(last), "nothing was heard of it afterwards either"


def test_after_a_full_disk_everybody_may_first_say_that_they_live(
    own_store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alive = claimed(own_store)
    signs = SignsOfLife(own_store)
    look_for(signs, clock, int(STALE_S))
    lose = own_store.lose

    def full(last: Heartbeat) -> bool:
        raise StoreUnavailable("disk_full", "The disk is full.")

    monkeypatch.setattr(own_store, "lose", full)
    clock.sleep(1)
    with pytest.raises(StoreUnavailable):
        signs.look()
    monkeypatch.setattr(own_store, "lose", lose)
    look_for(signs, clock, 2)
    assert own_store.run(alive).state is RunState.RUNNING
    look_for(signs, clock, int(STALE_S))
    assert own_store.run(alive).state is RunState.LOST


def test_after_a_lock_everybody_may_first_say_that_they_live(own_store: Store, clock: Clock) -> None:
    """Its worker waits for the same lock, and may be the second to get it."""
    alive = claimed(own_store)
    signs = SignsOfLife(own_store)
    look_for(signs, clock, int(STALE_S) - 1)
    other = Database(own_store.url)
    clock.sleep(1)
    with other.writing(), pytest.raises(StoreUnavailable, match="locked"):
        signs.look()
    other.close()
    look_for(signs, clock, int(STALE_S))
    assert own_store.run(alive).state is RunState.RUNNING


def test_a_lock_that_ends_between_two_looks_gives_the_worker_time(own_store: Store, clock: Clock) -> None:
    alive = claimed(own_store)
    signs = SignsOfLife(own_store)
    for slept in (1.5, 2.5, 2.9):  # the lock was held all the while, and has just ended
        clock.sleep(slept)
        signs.look()
    assert own_store.run(alive).state is RunState.RUNNING


def test_heartbeats_are_of_runs_that_somebody_holds(own_store: Store, clock: Clock) -> None:
    held = claimed(own_store)
    queue(own_store, spec())
    assert own_store.heartbeats() == [Heartbeat(held, 1, clock.hour)]
