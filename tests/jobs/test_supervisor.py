"""Real processes and a fake training: queue, wishes, and workers that die, hang or chatter."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from functools import partial

import psutil
import pytest

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs import pool as pool_module
from resnet_viz.jobs import reaper as reaper_module
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.signs_of_life import STALE_S
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import RunReader, Store
from tests.jobs import fake_engine
from tests.jobs.complete import assert_complete
from tests.jobs.conftest import FAKE
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue

SLOW = 0.02
LONG = 5000


@pytest.fixture(autouse=True)
def _nothing_left(store: Store) -> Iterator[None]:
    """What a failed test leaves in the queue would hold up those after it, which may come in any order."""
    yield
    stop(store, [run.id for run in store.runs() if not run.state.is_finished()])


def pids(supervisor: Supervisor) -> set[int]:
    return {worker.pid for worker in supervisor._pool.workers}


def until_warm(supervisor: Supervisor, workers: int = 2) -> None:
    """Return once so many wait for a job, and none is still about to leave."""
    until(lambda: len(supervisor._pool.idle()) == len(supervisor._pool.workers) >= workers)


def pid_of(store: Store, run_id: str) -> int:
    until(lambda: "pid" in store.run(run_id).facts)
    return int(store.run(run_id).facts["pid"])


def is_paused_at(store: Store, run_id: str, step: int) -> bool:
    run = store.run(run_id)
    return (run.state, run.step) == (RunState.PAUSED, step)


def stop(store: Store, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        store.set_desired(run_id, Desired(Wish.STOP))
    until_state(store, run_ids)


def test_a_race_runs_side_by_side_on_warm_workers(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    before = pids(supervisor)
    for _ in range(3):
        until_warm(supervisor)  # a run is recorded as ended before its worker can take another
        runs = queue(store, [spec(30), spec(30)])
        supervisor.wake()
        until_state(store, runs, RunState.FINISHED)
        first, second = (store.run(run_id) for run_id in runs)
        assert first.facts["pid"] != second.facts["pid"]
        assert first.facts["threads"] == 1
        assert (first.step, first.worker is None) == (30, False)
        for run_id in runs:
            assert_complete(store, run_id)
    assert pids(supervisor) == before, "workers serve many runs"
    assert supervisor.machine.devices[0].name == "abacus"
    assert supervisor.trouble is None


def test_workers_are_nice_and_alone_in_their_group(supervisor: Supervisor) -> None:
    until_warm(supervisor)
    for pid in pids(supervisor):
        assert psutil.Process(pid).nice() == min(19, os.nice(0) + 10)
        assert os.getpgid(pid) == pid != os.getpgid(0)


def test_pause_step_resume_stop(supervisor: Supervisor, store: Store) -> None:
    (run_id,) = queue(store, spec(LONG, SLOW))
    supervisor.wake()
    until(lambda: store.run(run_id).step > 2)
    store.set_desired(run_id, Desired(Wish.PAUSE))
    until_state(store, run_id, RunState.PAUSED)
    step = store.run(run_id).step
    for target in (step + 1, step + 2):
        store.set_desired(run_id, Desired(Wish.PAUSE, until_step=target))
        until(partial(is_paused_at, store, run_id, target))
    points = RunReader(store, run_id).history().series["train/loss"]
    assert len(points) == step + 2, "single steps are seen at once"
    store.set_desired(run_id, Desired())
    until(lambda: store.run(run_id).step > step + 3)
    assert store.run(run_id).state is RunState.RUNNING
    stop(store, [run_id])
    assert store.run(run_id).state is RunState.STOPPED


def test_a_paused_run_leaves_its_slot_to_others(supervisor: Supervisor, store: Store) -> None:
    paused = queue(store, [spec(LONG, SLOW), spec(LONG, SLOW)])
    supervisor.wake()
    until_state(store, paused, RunState.RUNNING)
    for run_id in paused:
        store.set_desired(run_id, Desired(Wish.PAUSE))
    until_state(store, paused, RunState.PAUSED)
    others = queue(store, [spec(), spec()], owner="bob")
    supervisor.wake()
    until_state(store, others, RunState.FINISHED)
    assert {store.run(run_id).state for run_id in paused} == {RunState.PAUSED}
    stop(store, paused)
    until(lambda: len(pids(supervisor)) == 2)


def test_too_many_paused_runs_end_resumable(supervisor: Supervisor, store: Store) -> None:
    paused: list[str] = []
    for _ in range(5):
        # It looks once a second: of pauses that it sees at the same time none is the longest.
        until(lambda: supervisor._reaper._paused_since.keys() >= {*paused})
        (run_id,) = queue(store, spec(LONG, SLOW))
        supervisor.wake()
        until_state(store, run_id, RunState.RUNNING)
        store.set_desired(run_id, Desired(Wish.PAUSE))
        until_state(store, run_id, RunState.PAUSED)
        paused.append(run_id)
    until_state(store, paused[0], RunState.STOPPED)
    assert [store.run(run_id).state for run_id in paused[1:]] == [RunState.PAUSED] * 4
    stop(store, paused)
    until(lambda: len(pids(supervisor)) == 2)


def test_the_queue_is_fair_and_says_the_position(supervisor: Supervisor, store: Store) -> None:
    greedy = queue(store, [spec(LONG, SLOW, seed) for seed in range(4)], owner="greedy")
    supervisor.wake()
    until_state(store, greedy[:2], RunState.RUNNING)
    modest = queue(store, spec(LONG, SLOW), owner="modest")
    until(lambda: [supervisor.queue_position(run_id) for run_id in greedy + modest] == [None, None, 2, 3, 1])
    running = store.runs(states=[RunState.RUNNING])
    assert len(running) == 2, "no more than the capacity"
    store.set_desired(greedy[0], Desired(Wish.STOP))
    until_state(store, modest, RunState.RUNNING)
    assert store.run(greedy[2]).state is RunState.QUEUED
    stop(store, [*greedy, *modest])


def test_a_killed_worker_s_run_is_lost_at_once_and_its_place_filled(
    supervisor: Supervisor, store: Store
) -> None:
    until_warm(supervisor)
    (run_id,) = queue(store, spec(60, SLOW, fake_engine.LINGERS))
    supervisor.wake()
    until(lambda: store.run(run_id).step >= 15)
    victim = pid_of(store, run_id)
    os.kill(victim, signal.SIGKILL)
    until_state(store, run_id, RunState.LOST, within_s=5)
    failure = store.run(run_id).failure
    assert failure is not None
    assert failure.code == "worker_killed"
    assert failure.parameters == {"signal": 9}
    assert len(RunReader(store, run_id).history().series["train/loss"]) >= 15, "its curve is kept"
    store.resume(run_id)
    supervisor.wake()
    until_state(store, run_id, RunState.FINISHED)
    assert_complete(store, run_id)
    until_warm(supervisor)
    assert victim not in pids(supervisor)


@pytest.mark.parametrize(
    "habit",
    [fake_engine.DIES_AT_ONCE, fake_engine.DIES_BEFORE_CHECKPOINT, fake_engine.DIES_AFTER_CHECKPOINT],
)
def test_wherever_a_worker_dies_the_resumed_curve_is_whole(
    supervisor: Supervisor, store: Store, habit: int
) -> None:
    (run_id,) = queue(store, spec(25, seed=habit))
    supervisor.wake()
    until_state(store, run_id, RunState.LOST)
    store.resume(run_id)
    supervisor.wake()
    until_state(store, run_id, RunState.FINISHED)
    assert store.run(run_id).attempt == 2
    assert_complete(store, run_id)


def test_a_killed_spare_is_replaced(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    before = pids(supervisor)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    runs = queue(store, [spec(), spec()])
    supervisor.wake()
    until_state(store, runs, RunState.FINISHED)
    assert not before & pids(supervisor)


def test_a_breakdown_replaces_the_worker(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    (run_id,) = queue(store, spec(seed=fake_engine.BREAKS))
    supervisor.wake()
    until_state(store, run_id, RunState.FAILED)
    failure = store.run(run_id).failure
    assert failure is not None
    assert failure.code == "internal"
    log = str(failure.parameters["log"])
    until(lambda: store.run(run_id).facts["pid"] not in pids(supervisor))
    with open(log) as text:  # noqa: PTH123 - a path from a message, as a person would open it
        assert "ZeroDivisionError: a mistake" in text.read()


def test_an_accelerator_s_memory_is_given_back(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    (run_id,) = queue(store, spec(seed=fake_engine.ON_ACCELERATOR))
    supervisor.wake()
    until_state(store, run_id, RunState.FINISHED)
    worker = store.run(run_id).facts["pid"]
    until(lambda: not psutil.pid_exists(worker))
    until_warm(supervisor)


def test_what_a_library_prints_is_no_message(supervisor: Supervisor, store: Store) -> None:
    (run_id,) = queue(store, spec(seed=fake_engine.CHATTERS))
    supervisor.wake()
    until_state(store, run_id, RunState.FINISHED)
    log = store.home / "logs" / f"{store.run(run_id).worker}.log"
    until_warm(supervisor)
    assert supervisor.trouble is None
    worker = pid_of(store, run_id)
    os.kill(worker, signal.SIGTERM)
    until(lambda: worker not in pids(supervisor))
    assert "this is not JSON" in log.read_text()


def test_stop_means_stop(supervisor: Supervisor, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that does not hear is killed, and its run is stopped as asked, not lost."""
    monkeypatch.setattr(reaper_module, "_DEAF_S", 1.0)
    (run_id,) = queue(store, spec(LONG, SLOW, seed=fake_engine.DEAF))
    supervisor.wake()
    worker = pid_of(store, run_id)
    store.set_desired(run_id, Desired(Wish.STOP))
    until_state(store, run_id, RunState.STOPPED)
    until(lambda: not psutil.pid_exists(worker))


def test_a_frozen_worker_s_run_is_lost_and_it_comes_back_fenced(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    (run_id,) = queue(store, spec(60, SLOW, fake_engine.LINGERS))
    supervisor.wake()
    worker = pid_of(store, run_id)
    until(lambda: store.run(run_id).step >= 12)
    os.kill(worker, signal.SIGSTOP)
    frozen = time.monotonic()
    try:
        until_state(store, run_id, RunState.LOST, within_s=10)
        assert time.monotonic() - frozen > STALE_S - 2
        store.resume(run_id)
        supervisor.wake()
        until(lambda: store.run(run_id).attempt == 2)
    finally:
        os.kill(worker, signal.SIGCONT)
    until_state(store, run_id, RunState.FINISHED)
    assert_complete(store, run_id)
    until(lambda: worker in {w.pid for w in supervisor._pool.idle()})


def test_a_thousand_cancelled_runs_leave_nothing(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    before = pids(supervisor)
    busy = queue(store, [spec(LONG, SLOW)] * 2, owner="busy")
    supervisor.wake()
    until_state(store, busy, RunState.RUNNING)
    runs = [run_id for _ in range(20) for run_id in queue(store, [spec(LONG)] * 50)]
    supervisor.wake()
    for run_id in runs:
        store.set_desired(run_id, Desired(Wish.STOP))
    stop(store, busy)
    assert len(runs) == 1000
    assert {store.run(run_id).state for run_id in runs} == {RunState.STOPPED}
    assert store.runs(states=[RunState.QUEUED, RunState.RUNNING, RunState.PAUSED]) == []
    until_warm(supervisor)
    assert pids(supervisor) == before
    children = {child.pid for child in psutil.Process().children(recursive=True)}
    assert before <= children
    last = queue(store, spec())
    supervisor.wake()
    until_state(store, last, RunState.FINISHED)


def test_a_silent_run_of_nobody_s_is_reaped(supervisor: Supervisor, store: Store) -> None:
    (run_id,) = queue(store, spec(device="mps"))  # no slot here would take it: no such device is free
    assert store.claim(run_id, "a worker on a machine that lost power") == 1
    until_state(store, run_id, RunState.LOST, within_s=STALE_S + 5)


def test_two_supervisors_share_one_history(supervisor: Supervisor, store: Store) -> None:
    until_warm(supervisor)
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=FAKE) as other:
        until_warm(other)
        runs = [run_id for seed in range(6) for run_id in queue(store, [spec(10, seed=seed)] * 2)]
        supervisor.wake()
        other.wake()
        until_state(store, runs, RunState.FINISHED)
        for run_id in runs:
            assert store.run(run_id).attempt == 1
            assert_complete(store, run_id)


def test_closing_stops_runs_so_that_they_can_be_resumed(own_store: Store) -> None:
    other = Supervisor(own_store, capacity=Capacity(cpu_slots=4, cpu_threads=1), warm=4, engine=FAKE)
    other.start()
    until_warm(other, 4)
    workers = pids(other)
    runs = [queue(own_store, spec(60, SLOW, fake_engine.LINGERS))[0] for _ in range(3)]
    running, paused, waiting = runs
    own_store.set_desired(waiting, Desired(Wish.PAUSE))
    other.wake()
    until_state(own_store, running, RunState.RUNNING)
    own_store.set_desired(paused, Desired(Wish.PAUSE))
    until_state(own_store, [paused, waiting], RunState.PAUSED)
    other.close()
    assert not any(psutil.pid_exists(pid) for pid in workers)
    assert [own_store.run(run_id).state for run_id in runs] == [RunState.STOPPED] * 3
    other.close()  # again: nothing to do
    with Supervisor(own_store, capacity=Capacity(cpu_slots=4, cpu_threads=1), engine=FAKE) as third:
        for run_id in runs:
            own_store.resume(run_id)
        third.wake()
        until_state(own_store, runs, RunState.FINISHED)
    for run_id in runs:
        assert_complete(own_store, run_id)


def test_workers_that_cannot_start_are_reported_and_not_tried_all_the_time(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "_MOST_WAIT_S", 0.1)
    with Supervisor(own_store, warm=1, engine="tests.jobs.no_such_engine") as broken:
        until(lambda: broken.trouble is not None)
        assert broken.trouble is not None
        assert broken.trouble.code == "no_worker"
        with open(str(broken.trouble.parameters["log"])) as log:  # noqa: PTH123
            assert "No module named 'tests.jobs.no_such_engine'" in log.read()
        (run_id,) = queue(own_store, spec())
    assert own_store.run(run_id).state is RunState.QUEUED
    own_store.set_desired(run_id, Desired(Wish.STOP))


def test_closing_before_any_worker_is_ready_leaves_none(own_store: Store) -> None:
    hasty = Supervisor(own_store, engine=FAKE)
    hasty.start()
    until(lambda: hasty._pool.workers)
    workers = pids(hasty)
    hasty.close()
    assert not any(psutil.pid_exists(pid) for pid in workers)


def test_a_worker_that_never_gets_ready_is_killed_and_counts_as_one_that_cannot_start(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that hangs, as on a network drive, would hold the slot for ever."""
    monkeypatch.setattr(pool_module, "_MOST_WAIT_S", 0.1)
    monkeypatch.setattr(reaper_module, "_START_S", 0.2)
    with Supervisor(own_store, warm=1, engine="tests.jobs.never_opens") as stuck:
        until(lambda: stuck.trouble is not None)
