"""From queued to ended, on every kind of database."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import (
    CheckpointSaved,
    Desired,
    Event,
    Facts,
    Failure,
    Progress,
    RunState,
    StateChanged,
    Wish,
)
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import Fork, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import Fenced, Heartbeat, Store
from tests.made.clock import Clock
from tests.made.specs import spec
from tests.made.stored import claimed, queue, queued

ENDS = [state for state in RunState if state.is_finished()]


def test_a_group_keeps_its_runs_in_order_and_the_specs_whole(store: Store, clock: Clock) -> None:
    race = Experiment(run=RunSpec(network=NetworkSpec(depth=20), train=TrainSpec(steps=7, seed=3)), seeds=2)
    group = store.add_group("race", "someone", race.to_json(), race.runs(), name="First")

    assert store.group(group.id) == group
    assert (group.kind, group.owner, group.name, group.created_at) == ("race", "someone", "First", clock.now)
    assert Experiment.from_json(group.spec_json) == race
    members = store.runs(group=group.id)
    assert tuple(run.id for run in members) == group.run_ids
    assert tuple(run.spec for run in members) == race.runs()
    assert [(run.role, run.seed) for run in members] == [
        ("plain", 3),
        ("residual", 3),
        ("plain", 4),
        ("residual", 4),
    ]
    first = members[0]
    assert (first.state, first.attempt, first.step, first.total_steps) == (RunState.QUEUED, 0, 0, 7)
    assert (first.worker, first.started_at, first.ended_at, first.heartbeat_at) == (None, None, None, None)
    assert (first.desired, first.facts, first.failure) == (Desired(), {}, None)
    assert first.digest == race.runs()[0].digest()
    assert first == store.run(first.id)


def test_an_empty_group_is_a_group(store: Store) -> None:
    group = store.add_group("sweep", "someone", "{}", [])
    assert store.group(group.id).run_ids == ()
    assert store.groups()[0].run_ids == ()


def test_a_beginning_names_a_run(store: Store) -> None:
    run_id = queued(store)
    assert store.run(run_id[:4]).id == run_id
    assert store.run(run_id[:9]).id == run_id


@pytest.mark.parametrize(
    "name",
    [
        "",
        "abc",
        "aaaaaaaaaa",
        "ABCDEFGHIJ",
        "%%%%",
        "____",
        "abcd' OR 1=1",
        "a\0bcdef",
        "../../etc",
        "x" * 5000,
    ],
)
def test_what_names_nothing_is_not_found(store: Store, name: str) -> None:
    queued(store)
    with pytest.raises(NotFound):
        store.run(name)
    with pytest.raises(NotFound):
        store.group(name)


def test_a_beginning_of_two_runs_names_neither(store: Store) -> None:
    # 32**4 beginnings of four letters: that many runs would be too many, so the group's letters decide.
    first = store.add_group("race", "someone", "{}", [])
    taken = first.id[:4]
    with store._database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO run_groups (id, kind, owner, name, notes, spec, created_at)"
            f" VALUES ('{taken}zzzzz2', 'race', 'someone', '', '', '{{}}', 0)"
        )
    with pytest.raises(NotFound) as refused:
        store.group(taken)
    assert refused.value.code == "ambiguous_id"
    assert store.group(first.id) == first


def test_lists_are_newest_first_and_filtered(store: Store, clock: Clock) -> None:
    groups = []
    for owner in ("ann", "bob", "ann"):
        groups.append(store.add_group("race", owner, "{}", Experiment().runs()))
        clock.now += 1
    old, other, new = groups
    claimed(store, old.run_ids[1])

    assert [run.id for run in store.runs()] == [*new.run_ids, *other.run_ids, *old.run_ids]
    assert [run.id for run in store.runs(limit=3)] == [*new.run_ids, other.run_ids[0]]
    assert [run.id for run in store.runs(owner="ann")] == [*new.run_ids, *old.run_ids]
    assert [run.id for run in store.runs(states=[RunState.RUNNING])] == [old.run_ids[1]]
    assert [run.id for run in store.runs(owner="ann", states=[RunState.QUEUED])] == [
        *new.run_ids,
        old.run_ids[0],
    ]
    assert store.runs(states=[]) == []
    assert store.groups() == [new, other, old]
    assert store.groups(owner="bob") == [other]
    assert store.groups(kind="sweep") == []
    assert store.groups(limit=1) == [new]


def test_forks_are_found_by_what_they_go_on_from(store: Store, clock: Clock) -> None:
    parents = queue(store, [spec(seed=seed) for seed in range(3)])
    children: list[str] = []
    for parent in (*parents[:2], parents[0]):
        clock.now += 1
        changed = spec(seed=len(children)).but(fork=Fork(run=parent, step=3, change="rate"))
        children += store.add_group("fork", "ada", changed.to_json(), [changed]).run_ids
    first, other, second = children
    assert [run.id for run in store.runs(parents=parents)] == [second, other, first]
    assert [run.id for run in store.runs(kind="fork", parents=[parents[0]])] == [second, first]
    assert [run.id for run in store.runs(limit=1, parents=[parents[0]])] == [second]
    store.library.delete([second])
    assert [run.id for run in store.runs(parents=[parents[0]])] == [first]
    for nothing in ([], [parents[2]], ["a'\"%"]):
        assert store.runs(parents=nothing) == []


def test_a_run_is_claimed_once(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    clock.now += 5
    assert store.claim(run_id, "first") == 1
    assert store.claim(run_id, "second") is None
    run = store.run(run_id)
    assert (run.state, run.worker, run.attempt) == (RunState.RUNNING, "first", 1)
    assert (run.started_at, run.heartbeat_at) == (clock.now, clock.now)
    assert store.claim("aaaaaaaaaa", "first") is None


def test_events_change_the_record(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    clock.now += 2
    store.append(run_id, attempt, [Facts({"parameters": 7, "device": "cpu"}), Progress(3), Progress(4)])
    run = store.run(run_id)
    assert (run.step, run.heartbeat_at, run.state) == (4, clock.now, RunState.RUNNING)

    store.append(
        run_id,
        attempt,
        [Facts({"device": "cuda", "batch_digests": {50: "ab"}}), StateChanged(RunState.PAUSED)],
    )
    run = store.run(run_id)
    assert (run.step, run.state) == (4, RunState.PAUSED)
    assert run.facts == {"parameters": 7, "device": "cuda", "batch_digests": {"50": "ab"}}
    assert store.runs()[0].facts == run.facts

    clock.now += 3
    why = Failure("out_of_memory", "Too big by {bytes}.", {"bytes": 12})
    store.append(run_id, attempt, [Progress(9), StateChanged(RunState.FAILED, why)])
    run = store.run(run_id)
    assert (run.state, run.failure, run.ended_at, run.step) == (RunState.FAILED, why, clock.now, 9)


@pytest.mark.parametrize("end", ENDS)
def test_a_record_that_ended_never_changes(store: Store, clock: Clock, end: RunState) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    store.append(run_id, attempt, [Progress(5), StateChanged(end)])
    before, log = store.run(run_id), store.events_since(run_id, 0)
    clock.now += 100

    with pytest.raises(Fenced):
        store.append(run_id, attempt, [Facts({"late": True})])
    with pytest.raises(Fenced):
        store.heartbeat(run_id, attempt, 6)
    with pytest.raises(Fenced):
        store.desired(run_id, attempt)
    assert store.claim(run_id, "other") is None
    assert store.heartbeats() == []
    assert store.set_desired(run_id, Desired()) is end
    assert store.run(run_id) == before
    assert store.events_since(run_id, 0) == log


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("wish", [Wish.STOP, Wish.PAUSE])
def test_whoever_stops_what_has_ended_keeps_it_from_being_taken_up_again(
    store: Store, end: RunState, wish: Wish
) -> None:
    run_id = queued(store)
    store.append(run_id, claimed(store, run_id), [StateChanged(end)])
    before, log = store.run(run_id), store.events_since(run_id, 0)
    assert store.set_desired(run_id, Desired(wish)) is end
    kept = Desired(wish) if end.is_resumable() else before.desired
    assert store.run(run_id) == replace(before, desired=kept)
    assert store.events_since(run_id, 0) == log
    if end.is_resumable():
        store.resume(run_id)
        assert store.run(run_id).desired == Desired()


def test_nothing_of_a_refused_append_is_kept(store: Store) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    before, log = store.run(run_id), store.events_since(run_id, 0)
    refused: list[list[Event]] = [
        [StateChanged(RunState.FINISHED), Facts({"late": True})],
        [Progress(3), StateChanged(RunState.STOPPED), StateChanged(RunState.RUNNING)],
        [Facts({"a": 1}), StateChanged(RunState.QUEUED)],
    ]
    for events in refused:
        with pytest.raises(ValueError, match="run"):
            store.append(run_id, attempt, events)
    assert store.run(run_id) == before
    assert store.events_since(run_id, 0) == log


def test_a_heartbeat_brings_the_wish_back(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    attempt = claimed(store, run_id)
    assert store.heartbeat(run_id, attempt, 1) == Desired(Wish.RUN)
    assert store.set_desired(run_id, Desired(Wish.PAUSE, until_step=12)) is RunState.RUNNING
    clock.now += 1
    assert store.desired(run_id, attempt) == Desired(Wish.PAUSE, 12)
    assert store.run(run_id).heartbeat_at == clock.now - 1
    assert store.heartbeat(run_id, attempt, 2) == Desired(Wish.PAUSE, 12)
    run = store.run(run_id)
    assert (run.step, run.heartbeat_at, run.desired) == (2, clock.now, Desired(Wish.PAUSE, 12))


def test_stop_ends_a_queued_run_at_once(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    assert store.set_desired(run_id, Desired(Wish.STOP)) is RunState.STOPPED
    run = store.run(run_id)
    assert (run.state, run.ended_at) == (RunState.STOPPED, clock.now)
    assert store.claim(run_id, "worker") is None
    assert store.events_since(run_id, 0)[0] == [StateChanged(RunState.STOPPED)]


def test_pause_waits_for_a_queued_run(store: Store) -> None:
    run_id = queued(store)
    assert store.set_desired(run_id, Desired(Wish.PAUSE)) is RunState.QUEUED
    assert store.heartbeat(run_id, claimed(store, run_id), 0) == Desired(Wish.PAUSE)


def test_a_resumed_run_belongs_to_its_next_attempt(store: Store, clock: Clock) -> None:
    run_id = queued(store)
    first = claimed(store, run_id)
    started = clock.now
    store.set_desired(run_id, Desired(Wish.STOP))
    store.append(run_id, first, [Progress(5), StateChanged(RunState.STOPPED)])
    clock.now += 10
    store.resume(run_id)
    run = store.run(run_id)
    assert (run.state, run.desired, run.ended_at, run.failure) == (RunState.QUEUED, Desired(), None, None)
    with pytest.raises(Fenced):
        store.append(run_id, first, [Progress(6)])
    with pytest.raises(Fenced):
        store.heartbeat(run_id, first, 6)

    second = claimed(store, run_id)
    assert second == first + 1
    with pytest.raises(Fenced):
        store.append(run_id, first, [Progress(6)])
    with pytest.raises(Fenced):
        store.heartbeat(run_id, first, 6)
    with pytest.raises(Fenced):
        store.desired(run_id, first)
    store.append(run_id, second, [Progress(7)])
    run = store.run(run_id)
    assert (run.step, run.attempt, run.started_at) == (7, second, started)


@pytest.mark.parametrize("state", [s for s in RunState if not s.is_resumable()])
def test_only_a_run_that_was_cut_short_is_resumed(store: Store, state: RunState) -> None:
    run_id = queued(store)
    if state is not RunState.QUEUED:
        store.append(run_id, claimed(store, run_id), [StateChanged(state)])
    with pytest.raises(InvalidSetting) as refused:
        store.resume(run_id)
    assert refused.value.code == "not_resumable"
    assert state.value in str(refused.value)
    assert store.run(run_id).state is state


def test_a_silent_worker_is_reaped_and_fenced(store: Store, clock: Clock) -> None:
    silent, paused, alive, waiting = (queued(store) for _ in range(4))
    attempt = claimed(store, silent)
    store.append(paused, claimed(store, paused), [StateChanged(RunState.PAUSED), Progress(4)])
    alive_attempt = claimed(store, alive)
    clock.now += 10
    store.heartbeat(alive, alive_attempt, 1)

    beats = {beat.run_id: beat for beat in store.heartbeats()}
    assert beats == {
        silent: Heartbeat(silent, 1, clock.now - 10),
        paused: Heartbeat(paused, 1, clock.now - 10),
        alive: Heartbeat(alive, 1, clock.now),
    }
    assert store.lose(beats[silent])
    assert store.lose(beats[paused])
    assert not store.lose(beats[silent])
    run = store.run(paused)
    assert (run.state, run.ended_at) == (RunState.LOST, clock.now)
    assert run.failure is not None
    assert run.failure.parameters == {"step": 4}
    assert (store.run(alive).state, store.run(waiting).state) == (RunState.RUNNING, RunState.QUEUED)
    with pytest.raises(Fenced):
        store.heartbeat(silent, attempt, 1)
    store.resume(silent)
    assert claimed(store, silent) == attempt + 1


@pytest.mark.parametrize("rescue", ["heartbeat", "end", "attempt", "reaper"])
def test_a_reaper_may_lose_the_race(
    store: Store, reopen: Callable[[], Store], clock: Clock, rescue: str
) -> None:
    """Between seeing the old heartbeat and acting on it."""
    run_id = queued(store)
    attempt = claimed(store, run_id)
    (seen,) = store.heartbeats()
    clock.now += 10
    other = reopen()
    match rescue:
        case "heartbeat":
            other.heartbeat(run_id, attempt, 3)
        case "end":
            other.append(run_id, attempt, [StateChanged(RunState.FINISHED)])
        case "attempt":
            other.append(run_id, attempt, [StateChanged(RunState.STOPPED)])
            other.resume(run_id)
            assert other.claim(run_id, "next") == attempt + 1
        case "reaper":
            assert other.lose(seen)
    assert not store.lose(seen)
    expected = {"end": RunState.FINISHED, "reaper": RunState.LOST}.get(rescue, RunState.RUNNING)
    assert store.run(run_id).state is expected


def test_checkpoints_are_the_kept_ones_and_the_newest(store: Store) -> None:
    run_id, other = queued(store), queued(store)
    attempt = claimed(store, run_id)
    saved = [
        CheckpointSaved(10, "checkpoints/10", 100, kept=True),
        CheckpointSaved(20, "checkpoints/latest", 110, kept=False),
        CheckpointSaved(30, "checkpoints/latest", 120, kept=False),
    ]
    for event in saved:
        store.append(run_id, attempt, [event])
    assert store.checkpoints(run_id) == [saved[0], saved[2]]
    assert store.checkpoints(other) == []
    later = CheckpointSaved(40, "checkpoints/40", 100, kept=True)
    store.append(run_id, attempt, [later])
    assert store.checkpoints(run_id) == [saved[0], later]
    assert [e for e in store.events_since(run_id, 0)[0] if isinstance(e, CheckpointSaved)] == [*saved, later]


def test_the_run_folder_is_under_home(store: Store) -> None:
    run_id = queued(store)
    assert store.run_folder(run_id) == store.home / "runs" / run_id
