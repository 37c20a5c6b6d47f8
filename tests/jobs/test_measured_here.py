"""Measurements without a supervisor: in a process of their own, once, and with an end whatever happens."""

import signal
import threading
from collections.abc import Callable

import pytest

from resnet_viz.events import RunState
from resnet_viz.jobs.measurements import carry_out_here
from resnet_viz.processes.channel import Frame
from resnet_viz.store import MeasurementSpec, Store
from tests.jobs.conftest import FAKE
from tests.jobs.fake_measures import note
from tests.jobs.own_server import store
from tests.jobs.test_measurements import LONG, SLOW, ask, values
from tests.jobs.waiting import until
from tests.processes.children import children_with

__all__ = ["store"]


def meanwhile(do: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=do)
    thread.start()
    return thread


def test_it_is_measured_recorded_and_leaves_no_process(store: Store) -> None:
    record = carry_out_here(store, ask(store, "count", to=3, step_s=0), engine=FAKE)
    assert (record.state, values(record)["counted"], values(record)["slots"]) == (RunState.FINISHED, 3, 0)
    assert children_with("measure") == []
    assert ask(store, "count", to=3, step_s=0) == record.id
    assert carry_out_here(store, record.id, engine="no.such.module").attempt == 1


def test_who_is_faster_measures_and_this_waits(store: Store) -> None:
    name = ask(store, "count", to=3, step_s=0)
    attempt = store.measurements.claim(name, "another", 1)
    assert attempt is not None

    def end() -> None:
        until(lambda: store.measurements.report(name, attempt, 0.5))
        store.measurements.end(name, attempt, RunState.FINISHED, result=Frame({"by": "another"}, {}))

    other = meanwhile(end)
    assert values(carry_out_here(store, name, engine=FAKE)) == {"by": "another"}
    other.join()


def test_a_process_that_dies_is_followed_by_another(store: Store) -> None:
    record = carry_out_here(store, ask(store, "die", times=1), engine=FAKE)
    assert (record.state, record.attempt) == (RunState.FINISHED, 2)


def test_one_that_cannot_be_measured_at_all_ends(store: Store) -> None:
    record = carry_out_here(store, ask(store, "count", to=1, step_s=0), engine="tests.jobs.no_such_module")
    assert record.state is RunState.LOST
    assert "ended unexpectedly" in str(record.failure)


def test_interrupted_it_is_stopped_with_what_there_is(store: Store) -> None:
    name = ask(store, "count", to=LONG, step_s=SLOW)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def interrupt() -> None:
        until(lambda: store.measurements.get(name).result is not None)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    interrupting = meanwhile(interrupt)
    with pytest.raises(KeyboardInterrupt):
        carry_out_here(store, name, engine=FAKE)
    interrupting.join()
    signal.signal(signal.SIGINT, before)
    record = store.measurements.get(name)
    assert record.state is RunState.STOPPED
    assert values(record)["counted"] >= 1
    assert note(store.home).exists()
    assert children_with("measure") == []


def test_a_measurement_of_another_machine_is_told_apart(store: Store) -> None:
    here = MeasurementSpec("count", {"to": 1, "step_s": 0}, machine="here")
    first = store.measurements.ask(here, "ada", since_s=60)
    other = store.measurements.ask(here._replace(machine="there"), "ada", since_s=60)
    assert carry_out_here(store, first.id, engine=FAKE).state is RunState.FINISHED
    assert store.measurements.get(other.id).state is RunState.QUEUED
