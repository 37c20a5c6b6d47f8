"""Measurements in real workers: carried out between trainings, watched, stopped, taken up after a death."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psutil
import pytest

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs import reaper
from resnet_viz.jobs.capacity import Capacity, this_machine
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import MeasurementRecord, MeasurementSpec, Store
from tests.jobs.conftest import FAKE
from tests.jobs.fake_measures import note, tell
from tests.jobs.own_server import Serve, serve, store
from tests.jobs.test_server_killed import Server
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue

__all__ = ["serve", "store"]

LONG, SLOW = 5000, 0.02


def ask(store: Store, task: str, owner: str = "ada", *, fills: bool = False, **values: Any) -> str:
    wanted = MeasurementSpec(task, values, this_machine() if fills else "", fills=fills)
    return store.measurements.ask(wanted, owner, since_s=60).id


def until_measured(store: Store, *names: str, state: RunState = RunState.FINISHED) -> MeasurementRecord:
    until(lambda: all(store.measurements.get(name).state.is_finished() for name in names))
    records = [store.measurements.get(name) for name in names]
    assert {record.state for record in records} == {state}, [record.failure for record in records]
    return records[-1]


def values(record: MeasurementRecord) -> dict[str, Any]:
    assert record.result is not None
    return record.result.values


def stop(store: Store, run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        store.set_desired(run_id, Desired(Wish.STOP))
    until_state(store, run_ids)


def test_a_warm_worker_measures_and_then_trains(store: Store, serve: Serve) -> None:
    with serve() as supervisor:
        until(lambda: len(supervisor._pool.idle()) == 2)
        warm = {worker.pid for worker in supervisor._pool.workers}
        record = until_measured(store, ask(store, "count", to=5, step_s=0))
        assert record.share == 1.0
        assert record.result is not None
        assert values(record)["counted"] == 5
        np.testing.assert_array_equal(record.result.arrays["squares"], np.arange(5) ** 2)
        assert values(record)["pid"] in warm
        (run_id,) = queue(store, spec())
        supervisor.wake()
        until_state(store, run_id, RunState.FINISHED)
        assert {worker.pid for worker in supervisor._pool.workers} == warm


def test_what_there_is_can_be_watched_and_is_kept_when_it_is_stopped(store: Store, serve: Serve) -> None:
    with serve():
        name = ask(store, "count", to=LONG, step_s=SLOW)
        until(lambda: store.measurements.get(name).result is not None)
        first = store.measurements.get(name)
        until(lambda: store.measurements.get(name).share > first.share)
        store.measurements.stop(name)
        record = until_measured(store, name, state=RunState.STOPPED)
    assert values(record)["counted"] == round(record.share * LONG) > values(first)["counted"]
    assert note(store.home).exists()


def test_progress_without_news_keeps_what_there_was(store: Store, serve: Serve) -> None:
    with serve():
        record = until_measured(store, ask(store, "progress_only"))
    assert values(record) == {"kept": True}


def test_a_refusal_and_a_mistake_are_sentences(store: Store, serve: Serve) -> None:
    with serve():
        refused = until_measured(store, ask(store, "refuse", block=9), state=RunState.FAILED)
        assert str(refused.failure) == "There is no block 9."
        assert values(refused) == {"half": True}, "what there was until then is kept"
        stumbled = until_measured(store, ask(store, "stumble"), state=RunState.FAILED)
        assert "bug in ResNet Viz" in str(stumbled.failure)
        until_measured(store, ask(store, "count", to=1, step_s=0))


def test_one_whose_process_dies_is_taken_up_again_and_not_for_ever(store: Store, serve: Serve) -> None:
    with serve():
        record = until_measured(store, ask(store, "die", times=2))
        assert (values(record)["died"], record.attempt) == (2, 3)
        (store.home / "died").unlink()
        lost = until_measured(store, ask(store, "die", times=9), state=RunState.LOST)
    assert "signal 9" in str(lost.failure)


def test_one_that_does_not_listen_is_killed_after_a_stop(
    store: Store, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaper, "_DEAF_S", 1.0)
    with serve():
        name = ask(store, "deaf")
        until(lambda: store.measurements.get(name).result is not None)
        store.measurements.stop(name)
        record = until_measured(store, name, state=RunState.STOPPED)
    assert values(record) == {"half": True}


def test_a_closing_server_leaves_it_queued_and_the_next_one_measures_it(store: Store, serve: Serve) -> None:
    with serve():
        name = ask(store, "until_told")
        until(lambda: store.measurements.get(name).share > 0)
    left = store.measurements.get(name)
    assert (left.state, left.attempt, left.share) == (RunState.QUEUED, 0, 0.0)
    tell(store.home)
    with serve():
        assert values(until_measured(store, name)) == {"told": True}


def test_a_killed_server_s_measurement_is_finished_by_its_worker(store: Store) -> None:
    server = Server(store.home)
    until(lambda: len(server.workers()) == 2)
    workers = server.workers()
    name = ask(store, "until_told")
    until(lambda: store.measurements.get(name).share > 0)
    server.kill()
    tell(store.home)
    until_measured(store, name)
    until(lambda: not any(worker.is_running() for worker in workers))


def test_killed_with_its_worker_it_is_queued_again_by_the_next_server(store: Store, serve: Serve) -> None:
    server = Server(store.home)
    name = ask(store, "until_told")
    until(lambda: store.measurements.get(name).share > 0)
    workers = server.workers()
    server.kill_all()
    assert store.measurements.get(name).state is RunState.RUNNING
    tell(store.home)
    with serve():
        record = until_measured(store, name)
    assert record.attempt == 2
    until(lambda: not any(psutil.pid_exists(worker.pid) for worker in workers))


def test_it_takes_one_slot_as_a_training_does(store: Store, serve: Serve) -> None:
    with serve() as supervisor:
        counting = ask(store, "count", to=LONG, step_s=SLOW)
        until(lambda: store.measurements.get(counting).state is RunState.RUNNING)
        first, second = queue(store, [spec(LONG, SLOW), spec(LONG, SLOW)])
        until_state(store, first, RunState.RUNNING)
        until(lambda: supervisor.queue_position(second) == 1)
        assert store.run(second).state is RunState.QUEUED
        store.measurements.stop(counting)
        until_state(store, second, RunState.RUNNING)
        stop(store, [first, second])


def test_what_fills_the_machine_takes_what_is_free_and_interrupts_nothing(store: Store, serve: Serve) -> None:
    with serve():
        alone = until_measured(store, ask(store, "count", fills=True, to=1, step_s=0))
        assert (alone.slots, values(alone)["slots"]) == (2, 2)
        (run_id,) = queue(store, spec(LONG, SLOW))
        until_state(store, run_id, RunState.RUNNING)
        beside = until_measured(store, ask(store, "count", fills=True, to=2, step_s=0))
        assert values(beside)["slots"] == 1
        assert store.run(run_id).state is RunState.RUNNING
        filling = ask(store, "count", fills=True, to=LONG, step_s=SLOW)
        until(lambda: store.measurements.get(filling).state is RunState.RUNNING)
        stop(store, [run_id])
        other = queue(store, spec())
        until_state(store, other, RunState.FINISHED)
        assert store.measurements.get(filling).state is RunState.RUNNING, "it goes on in the slot that it has"
        store.measurements.stop(filling)


def test_a_question_and_a_class_s_trainings_do_not_starve_each_other(store: Store, serve: Serve) -> None:
    with serve():
        class_runs = [queue(store, spec(25, SLOW), owner=f"pupil {number}")[0] for number in range(12)]
        until(lambda: sum(store.run(run_id).state is RunState.FINISHED for run_id in class_runs) >= 1)
        asked = [ask(store, "count", owner="ada", to=number, step_s=SLOW) for number in range(20, 30)]
        until_measured(store, asked[0])
        waiting = sum(store.run(run_id).state is RunState.QUEUED for run_id in class_runs)
        assert waiting >= 6, "the question did not wait for all of them"
        until_measured(store, *asked)
        trained = sum(store.run(run_id).state is RunState.FINISHED for run_id in class_runs)
        assert trained >= 4, "the class did not wait for all questions"
        stop(store, class_runs)


def test_it_waits_for_a_machine_that_it_is_about(store: Store, serve: Serve) -> None:
    elsewhere = MeasurementSpec("count", {"to": 1, "step_s": 0}, machine="elsewhere")
    name = store.measurements.ask(elsewhere, "ada", since_s=60).id
    with serve():
        until_measured(store, ask(store, "count", to=2, step_s=0))
        assert store.measurements.get(name).state is RunState.QUEUED


def test_two_supervisors_measure_once(store: Store) -> None:
    slots = Capacity(cpu_slots=1, cpu_threads=1)
    with Supervisor(store, capacity=slots, engine=FAKE), Supervisor(store, capacity=slots, engine=FAKE):
        names = [ask(store, "count", to=number, step_s=0) for number in range(1, 9)]
        until_measured(store, *names)
        assert {store.measurements.get(name).attempt for name in names} == {1}
