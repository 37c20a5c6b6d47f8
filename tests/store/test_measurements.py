"""Measurements: asked once, held by one, kept when stopped, queued again when their process is gone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from resnet_viz.errors import NotFound
from resnet_viz.events import Failure, RunState, Wish
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import RunSpec
from resnet_viz.store import Fenced, MeasurementRecord, MeasurementSpec, Store, open_store
from resnet_viz.store.measurements import MOST_ATTEMPTS
from resnet_viz.store.schema import measurements
from tests.store.conftest import Clock
from tests.store.test_library_migration import opened

LESION = MeasurementSpec("lesion", {"run": "abc", "depth": 14})
DAY_S = 86_400.0


def ask(store: Store, spec: MeasurementSpec = LESION, owner: str = "ada") -> MeasurementRecord:
    return store.measurements.ask(spec, owner, since_s=DAY_S)


def running(store: Store, spec: MeasurementSpec = LESION) -> tuple[str, int]:
    asked = ask(store, spec)
    attempt = store.measurements.claim(asked.id, "worker", 1)
    assert attempt is not None
    return asked.id, attempt


def test_what_was_measured_is_taken_up_again(store: Store, clock: Clock) -> None:
    name, attempt = running(store)
    frame = Frame({"loss": [0.5, 0.25], "残差": None}, {"map": np.arange(6.0).reshape(2, 3)})
    store.measurements.end(name, attempt, RunState.FINISHED, share=1.0, result=frame)
    clock.now += DAY_S
    again = ask(store, owner="bob")
    assert (again.id, again.owner, again.state, again.share) == (name, "ada", RunState.FINISHED, 1.0)
    assert again.spec == LESION
    assert again.result is not None
    assert again.result.values == frame.values
    np.testing.assert_array_equal(again.result.arrays["map"], frame.arrays["map"])
    assert again.result.arrays["map"].dtype == np.float64


def test_one_under_way_is_shared_by_all_who_ask(store: Store, reopen: Callable[[], Store]) -> None:
    first = ask(store)
    assert ask(reopen(), owner="bob").id == first.id
    store.measurements.claim(first.id, "worker", 1)
    assert ask(reopen()).id == first.id
    assert [record.id for record in store.measurements.under_way()] == [first.id]


@pytest.mark.parametrize(
    "other",
    [
        LESION._replace(task="credit"),
        LESION._replace(values={"run": "abc", "depth": 20}),
        LESION._replace(machine="another"),
    ],
)
def test_another_task_spec_or_machine_is_another_measurement(store: Store, other: MeasurementSpec) -> None:
    assert ask(store).id != ask(store, other).id
    turned = LESION._replace(values=dict(reversed(list(LESION.values.items()))))
    assert ask(store, turned).id == ask(store).id, "the order of a spec's fields means nothing"


def test_too_old_asked_anew_stopped_or_failed_is_measured_again_and_supersedes(
    store: Store, clock: Clock
) -> None:
    name, attempt = running(store)
    store.measurements.end(name, attempt, RunState.FINISHED)
    clock.now += DAY_S + 1
    assert store.measurements.known(LESION, since_s=DAY_S) is None
    for state in (RunState.FINISHED, RunState.STOPPED, RunState.FAILED):
        before, (name, attempt) = name, running(store)
        assert name != before
        with pytest.raises(NotFound):
            store.measurements.get(before)
        store.measurements.end(name, attempt, state)
        if state is RunState.FINISHED:
            assert ask(store).id == name
            anew = store.measurements.ask(LESION, "ada", since_s=DAY_S, anew=True)
            store.measurements.stop(anew.id)
            name = anew.id


def test_only_the_current_attempt_may_write(store: Store) -> None:
    name, first = running(store)
    assert store.measurements.claim(name, "another", 1) is None
    (beat,) = store.measurements.heartbeats()
    assert store.measurements.lose(beat)
    second = store.measurements.claim(name, "another", 2)
    assert second == first + 1
    for write in (
        lambda: store.measurements.report(name, first, 0.5),
        lambda: store.measurements.end(name, first, RunState.FINISHED),
        lambda: store.measurements.give_back(name, first),
    ):
        with pytest.raises(Fenced):
            write()
    assert store.measurements.report(name, second, 0.25) is Wish.RUN
    record = store.measurements.get(name)
    assert (record.state, record.share, record.slots) == (RunState.RUNNING, 0.25, 2)


def test_a_stop_reaches_who_measures_and_what_there_is_stays(store: Store) -> None:
    name, attempt = running(store)
    store.measurements.report(name, attempt, 0.5, Frame({"blocks": [1, 2]}, {}))
    store.measurements.stop(name)
    assert store.measurements.get(name).state is RunState.RUNNING
    assert store.measurements.report(name, attempt, 0.6) is Wish.STOP
    store.measurements.end(name, attempt, RunState.STOPPED)
    record = store.measurements.get(name)
    assert (record.state, record.share) == (RunState.STOPPED, 0.6)
    assert record.result is not None
    assert record.result.values == {"blocks": [1, 2]}


def test_a_queued_one_stops_at_once_and_an_ended_one_stays_as_it_is(store: Store) -> None:
    queued = ask(store)
    store.measurements.stop(queued.id)
    assert store.measurements.get(queued.id).state is RunState.STOPPED
    name, attempt = running(store)
    store.measurements.end(name, attempt, RunState.FINISHED)
    store.measurements.stop(name)
    assert store.measurements.get(name).state is RunState.FINISHED
    with pytest.raises(NotFound):
        store.measurements.stop("nosuchid")


def test_one_given_back_waits_as_before(store: Store) -> None:
    name, attempt = running(store)
    store.measurements.report(name, attempt, 0.5, Frame({"half": True}, {}))
    store.measurements.give_back(name, attempt)
    record = store.measurements.get(name)
    assert (record.state, record.attempt, record.share, record.result) == (RunState.QUEUED, 0, 0.0, None)


def test_one_given_back_after_a_stop_is_stopped_with_what_there_is(store: Store) -> None:
    name, attempt = running(store)
    store.measurements.report(name, attempt, 0.5, Frame({"half": True}, {}))
    store.measurements.stop(name)
    store.measurements.give_back(name, attempt)
    record = store.measurements.get(name)
    assert (record.state, record.result is not None) == (RunState.STOPPED, True)


def test_one_that_kills_its_process_again_and_again_is_lost_and_says_so(store: Store, clock: Clock) -> None:
    name = ask(store).id
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert store.measurements.claim(name, "worker", 1) == attempt
        (silent,) = store.measurements.heartbeats()
        clock.now += 1
        store.measurements.report(name, attempt, 0.1)
        assert not store.measurements.lose(silent), "it has given a sign of life since"
        (silent,) = store.measurements.heartbeats()
        assert store.measurements.lose(silent)
        assert not store.measurements.lose(silent)
    record = store.measurements.get(name)
    assert record.state is RunState.LOST
    assert "ended unexpectedly, 3 times" in str(record.failure)


def test_one_whose_process_is_lost_after_a_stop_is_stopped(store: Store) -> None:
    name, _ = running(store)
    store.measurements.stop(name)
    (silent,) = store.measurements.heartbeats()
    assert store.measurements.lose(silent)
    assert store.measurements.get(name).state is RunState.STOPPED


def test_it_waits_in_the_queue_of_the_runs_where_it_can_be_measured(store: Store, clock: Clock) -> None:
    first = ask(store, LESION._replace(machine="here", fills=True, device="cpu"))
    clock.now += 1
    elsewhere = ask(store, LESION._replace(machine="elsewhere"))
    (run_id,) = store.add_group("race", "ada", "{}", [RunSpec()]).run_ids
    clock.now += 1
    anywhere = ask(store)
    queued = store.queue.entries([RunState.QUEUED], "here")
    assert [entry.id for entry in queued] == [first.id, run_id, anywhere.id]
    assert [entry.is_measurement for entry in queued] == [True, False, True]
    assert (queued[0].fills, queued[0].device, queued[0].slots) == (True, "cpu", 1)
    store.measurements.claim(first.id, "worker", 7)
    (held,) = store.queue.entries([RunState.RUNNING], "here")
    assert (held.id, held.slots) == (first.id, 7)
    assert elsewhere.id in {entry.id for entry in store.queue.entries([RunState.QUEUED], "elsewhere")}


def test_old_ones_are_removed_each_after_its_time(store: Store, clock: Clock) -> None:
    short, long, unknown = (
        running(store, LESION._replace(task=task)) for task in ("short", "long", "unknown")
    )
    for name, attempt in (short, long, unknown):
        store.measurements.end(name, attempt, RunState.FINISHED)
    waiting = ask(store)
    clock.now += 10
    assert store.measurements.purge({"short": 5, "long": float("inf")}, otherwise_s=20) == 1
    clock.now += 1000
    assert store.measurements.purge({"short": 5, "long": float("inf")}, otherwise_s=20) == 1
    for gone in (short, unknown):
        with pytest.raises(NotFound):
            store.measurements.get(gone[0])
    assert store.measurements.get(long[0]).state is RunState.FINISHED
    assert store.measurements.get(waiting.id).state is RunState.QUEUED


def test_a_result_of_another_version_is_none(store: Store) -> None:
    name, attempt = running(store)
    store.measurements.end(name, attempt, RunState.FINISHED, result=Frame({"a": 1}, {}))
    with store._database.writing() as connection:
        connection.execute(update(measurements).values(result=b"\x05\x00\x00\x00{}"))
    assert store.measurements.get(name).result is None


def test_what_version_5_measured_is_read_for_ever(tmp_path: Path) -> None:
    store = opened(tmp_path / "old", "v5.sqlite")
    later = open_store(tmp_path / "old", clock=lambda: 1_700_000_001.0)
    whole = later.measurements.known(MeasurementSpec("time", {"of": "all"}, "a machine"), since_s=9)
    assert whole is not None
    assert whole.state is RunState.FINISHED
    assert whole.result is not None
    assert whole.result.values == {"seconds": 0.5}
    np.testing.assert_array_equal(whole.result.arrays["map"], np.eye(2))
    half = later.measurements.known(MeasurementSpec("lesion", {"depth": 8}), since_s=9)
    assert half is not None
    assert (half.state, half.share) == (RunState.STOPPED, 0.5)
    assert half.result is not None
    assert half.result.values == {"blocks": [1, 2]}
    failed = later.measurements.known(MeasurementSpec("lesion", {"depth": 9}), since_s=9)
    assert failed is not None
    assert failed.failure == Failure("illegal", "No depth {depth}.", {"depth": 9})
    (waiting,) = store.measurements.under_way()
    assert (waiting.owner, waiting.spec.device) == ("another", "cpu")
    later.close()
    store.close()
