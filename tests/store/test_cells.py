"""Runs found by what they train, on both databases."""

from resnet_viz.events import Desired, RunState, StateChanged, Wish
from resnet_viz.store import Store
from tests.made.clock import Clock
from tests.made.specs import spec
from tests.made.stored import claimed, end


def test_runs_are_found_by_digest_the_first_to_end_first(store: Store, clock: Clock) -> None:
    (slow,) = store.add_group("race", "ada", "{}", [spec(seed=0)]).run_ids
    fast, other = store.add_group("race", "bob", "{}", [spec(seed=0), spec(seed=1)]).run_ids
    for run_id in (fast, slow):
        clock.now += 1
        end(store, run_id)
    found = store.cells.runs([spec(seed=0).digest(), spec(seed=1).digest(), spec(seed=2).digest()])
    assert [run.id for run in found[spec(seed=0).digest()]] == [fast, slow]
    assert [run.id for run in found[spec(seed=1).digest()]] == [other]
    assert spec(seed=2).digest() not in found
    assert store.cells.runs([]) == {}
    store.library.delete([fast])
    assert [run.id for run in store.cells.runs([spec(seed=0).digest()])[spec(seed=0).digest()]] == [slow]


def test_only_what_is_missing_is_queued_and_only_once(store: Store) -> None:
    race = store.add_group("race", "bob", "{}", [spec(seed=0), spec(seed=1)])
    end(store, race.run_ids[0])
    group = store.add_group("sweep", "ada", "old", [])
    wanted = [spec(seed=0), spec(seed=1), spec(seed=2), spec(seed=2)]
    queued = store.cells.queue_missing(group.id, "new", wanted)
    assert [store.run(run_id).seed for run_id in queued] == [1, 2]  # the race's seed 1 may never finish
    assert store.cells.queue_missing(group.id, "newer", [*wanted, spec(seed=3)]) != ()
    found = store.group(group.id)
    assert (found.spec_json, len(found.run_ids)) == ("newer", 3)
    assert found.run_ids[:2] == queued
    assert {run.owner for run in store.runs(group=group.id)} == {"ada"}
    assert store.cells.queue_missing(group.id, "newer", [spec(seed=3)]) == ()


def test_more_specs_than_a_statement_takes(store: Store) -> None:
    group = store.add_group("sweep", "ada", "{}", [])
    many = [spec(seed=seed) for seed in range(1001)]
    assert len(store.cells.queue_missing(group.id, "{}", many)) == 1001
    assert store.cells.queue_missing(group.id, "{}", many) == ()
    assert len(store.cells.runs([one.digest() for one in many])) == 1001


def test_of_equal_queued_cells_the_first_goes_ahead(store: Store, clock: Clock) -> None:
    groups = []
    for owner in ("ada", "bob", "eve"):
        clock.now += 1
        groups.append(store.add_group("sweep", owner, "{}", [spec(seed=0)]).run_ids[0])
    first, second, third = groups
    assert store.cells.held(("sweep",)) == {second: {RunState.QUEUED}, third: {RunState.QUEUED}}
    assert store.cells.held(("race",)) == {}
    store.set_desired(first, Desired(Wish.PAUSE))
    assert store.cells.held(("sweep",)) == {first: {RunState.PAUSED}, third: {RunState.QUEUED}}
    end(store, second)
    assert RunState.FINISHED in store.cells.held(("sweep",))[third]


def test_a_running_twin_holds_a_cell_and_a_lost_one_does_not(store: Store) -> None:
    (elsewhere,) = store.add_group("race", "bob", "{}", [spec(seed=0)]).run_ids
    attempt = claimed(store, elsewhere)
    (cell,) = store.add_group("sweep", "ada", "{}", [spec(seed=0)]).run_ids
    assert store.cells.held(("sweep",)) == {cell: {RunState.RUNNING}}
    store.append(elsewhere, attempt, [StateChanged(RunState.LOST)])
    assert store.cells.held(("sweep",)) == {}


def test_what_broke_off_is_listed_as_long_as_it_is_wanted(store: Store) -> None:
    states = (RunState.FAILED, RunState.LOST, RunState.STOPPED, RunState.DIVERGED, RunState.FINISHED)
    run_ids = store.add_group("sweep", "ada", "{}", [spec(seed=seed) for seed in range(6)]).run_ids
    for run_id, state in zip(run_ids, states, strict=False):
        end(store, run_id, state)
    assert set(store.cells.broken_off(("sweep",), 2)) == set(run_ids[:3])
    assert store.cells.broken_off(("sweep",), 1) == [run_ids[2]], "a stop with the server is no failure"
    assert store.cells.broken_off(("race",), 2) == []
    store.set_desired(run_ids[5], Desired(Wish.STOP))
    assert run_ids[5] not in store.cells.broken_off(("sweep",), 2)
