"""Sweeps in the queue: nothing is trained twice, nothing that broke off is forgotten."""

import pytest

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.jobs.experiments import (
    MOST_ATTEMPTS,
    cells_of,
    experiment_group,
    extend_experiment,
    pause_experiment,
    planned_cells,
    resume_experiment,
    spec_of,
    start_experiment,
    stop_experiment,
)
from resnet_viz.jobs.retries import Retries
from resnet_viz.store import GroupRecord, Store
from tests.jobs import fake_engine
from tests.jobs.own_server import Serve, serve, store
from tests.jobs.waiting import until
from tests.made.specs import sweep
from tests.made.stored import end

__all__ = ["serve", "store"]

SLOW_S = 0.05


def lingering() -> Experiment:
    """No cell of it ends before it may, see `fake_engine`."""
    spec = sweep(40, SLOW_S)
    return spec.but(run=spec.run.but(train=spec.run.train.but(seed=fake_engine.LINGERS)))


def states(store: Store, group: GroupRecord) -> list[str]:
    return [place.state.value if place.state else "none" for place in cells_of(store, group)]


def settled(store: Store, group: GroupRecord) -> bool:
    return all(place.is_settled for place in cells_of(store, group))


def wishes(store: Store, group: GroupRecord) -> set[Wish]:
    return {run.desired.wish for run in store.runs(group=group.id)}


def test_a_sweep_trains_every_cell_once_the_deepest_first(store: Store, serve: Serve) -> None:
    group = start_experiment(store, SWEEP, sweep(seeds=2), owner="ada")
    assert [(run.seed, run.spec.network.depth, run.role) for run in store.runs(group=group.id)] == [
        (seed, depth, role) for seed in (0, 1) for depth in (14, 8) for role in ("plain", "residual")
    ]
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: settled(store, group))
    assert states(store, group) == ["finished"] * 8
    assert {run.attempt for run in store.runs()} == {1}
    assert [(place.cell.depth, place.cell.family, place.cell.seed) for place in cells_of(store, group)] == [
        (depth, name, seed) for depth in (8, 14) for name in ("plain", "residual") for seed in (0, 1)
    ]


def test_what_a_race_or_another_sweep_has_finished_is_reused(store: Store) -> None:
    race = start_experiment(store, RACE, Experiment(run=sweep().cells()[1].run), owner="bob")
    other = start_experiment(store, SWEEP, sweep(depths=(14,), families=("plain",)), owner="bob")
    for run_id in (*race.run_ids, *other.run_ids):
        end(store, run_id, RunState.FINISHED)
    planned = planned_cells(store, sweep())
    assert [place.reused for place in planned] == [True, True, True, False]
    group = start_experiment(store, SWEEP, sweep(), owner="ada")
    assert [(run.role, run.spec.network.depth) for run in store.runs(group=group.id)] == [("residual", 14)]
    assert [(place.run.id if place.run else "", place.reused) for place in cells_of(store, group)] == [
        (race.run_ids[0], True),
        (race.run_ids[1], True),
        (other.run_ids[0], True),
        (group.run_ids[0], False),
    ]


def test_a_sweep_of_finished_cells_trains_nothing(store: Store) -> None:
    first = start_experiment(store, SWEEP, sweep(), owner="ada")
    for run_id in first.run_ids:
        end(store, run_id, RunState.FINISHED)
    again = start_experiment(store, SWEEP, sweep(), owner="ada")
    assert again == first
    others = start_experiment(store, SWEEP, sweep(), owner="bob")
    assert others.id != first.id
    assert others.run_ids == ()
    assert settled(store, others)
    assert [group.id for group in store.groups(kind="sweep")] == [others.id, first.id]


def test_two_sweeps_at_once_train_a_common_cell_once(store: Store, serve: Serve) -> None:
    specs = [sweep(step_s=0.01), sweep(step_s=0.01, depths=(8, 14, 20))]
    groups = [
        start_experiment(store, SWEEP, spec, owner) for spec, owner in zip(specs, ("ada", "bob"), strict=True)
    ]
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: all(settled(store, group) for group in groups))
    trained = [run.digest for run in store.runs(states=[RunState.FINISHED])]
    assert len(trained) == len(set(trained)) == 6
    for group in groups:
        assert set(states(store, group)) == {"finished"}


def test_an_extension_keeps_the_sweep_and_queues_what_is_new(store: Store) -> None:
    group = start_experiment(store, SWEEP, sweep(), owner="ada")
    bigger = sweep(depths=(8, 14, 20), seeds=2, families=("plain", "residual", "residual+projection"))
    extended = extend_experiment(store, group.id, bigger)
    assert extended.id == group.id
    assert extended.run_ids[:4] == group.run_ids
    assert len(extended.run_ids) == 18
    assert spec_of(extended).depths == (8, 14, 20)
    assert extend_experiment(store, group.id, bigger).run_ids == extended.run_ids
    with pytest.raises(InvalidSetting) as refused:
        extend_experiment(store, group.id, sweep())
    assert refused.value.code == "not_an_extension"


def test_pause_resume_and_cancel(store: Store, serve: Serve) -> None:
    group = start_experiment(store, SWEEP, lingering(), owner="ada")
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: states(store, group).count("running") == 2)
        pause_experiment(store, group.id)
        until(lambda: states(store, group).count("paused") == 2)
        later = start_experiment(store, SWEEP, sweep(5, depths=(20,)), owner="ada")
        supervisor.wake()
        until(lambda: settled(store, later))  # the server has free slots and yet
        assert sorted(states(store, group)) == ["paused", "paused", "queued", "queued"]
        resume_experiment(store, group.id)
        assert wishes(store, group) == {Wish.RUN}
        until(lambda: states(store, group).count("running") == 2)
        stop_experiment(store, group.id)
        until(lambda: set(states(store, group)) == {"stopped"})
    Retries(store).look()
    assert set(states(store, group)) == {"stopped"}, "a cancelled sweep stays cancelled"
    fake_engine.let_end(store.home / "data")
    with serve() as supervisor:
        resume_experiment(store, group.id)
        supervisor.wake()
        until(lambda: set(states(store, group)) == {"finished"})
    assert len(store.runs(group=group.id)) == 4


def test_failed_and_lost_cells_are_retried_so_often_and_no_more(store: Store) -> None:
    group = start_experiment(store, SWEEP, sweep(), owner="ada")
    lost, failed, diverged, _waiting = group.run_ids
    end(store, diverged, RunState.DIVERGED)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        end(store, lost, RunState.LOST)
        end(store, failed, RunState.FAILED)
        expected = "queued" if attempt < MOST_ATTEMPTS else ""
        Retries(store).look()
        assert store.run(lost).state == (expected or "lost")
        assert store.run(failed).state == (expected or "failed")
    assert not settled(store, group)  # the fourth is still queued
    assert store.run(diverged).state is RunState.DIVERGED
    resume_experiment(store, group.id)
    assert [store.run(run_id).state.value for run_id in group.run_ids] == [
        "queued",
        "queued",
        "diverged",
        "queued",
    ]


def test_runs_of_races_are_not_retried(store: Store) -> None:
    race = start_experiment(store, RACE, Experiment(run=sweep().run), owner="ada")
    end(store, race.run_ids[0], RunState.LOST)
    Retries(store).look()
    assert store.run(race.run_ids[0]).state is RunState.LOST


def test_cancelling_and_pausing_reach_a_cell_that_is_about_to_be_retried(store: Store) -> None:
    group = start_experiment(store, SWEEP, sweep(depths=(8,)), owner="ada")
    for state, act in ((RunState.LOST, pause_experiment), (RunState.FAILED, stop_experiment)):
        end(store, group.run_ids[0], state)
        act(store, group.id)
        Retries(store).look()
        assert store.run(group.run_ids[0]).desired.wish is not Wish.RUN
        resume_experiment(store, group.id)


def test_a_closed_server_leaves_a_sweep_that_the_next_one_finishes(store: Store, serve: Serve) -> None:
    group = start_experiment(store, SWEEP, lingering(), owner="ada")
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: sum(run.step > 2 for run in store.runs(group=group.id)) == 2)
    assert states(store, group).count("stopped") == 2
    fake_engine.let_end(store.home / "data")
    with serve():
        until(lambda: set(states(store, group)) == {"finished"})
    assert sorted(run.attempt for run in store.runs(group=group.id)) == [1, 1, 2, 2]


def test_a_deleted_run_is_no_result(store: Store) -> None:
    group = start_experiment(store, SWEEP, sweep(), owner="ada")
    for run_id in group.run_ids:
        end(store, run_id, RunState.FINISHED)
    store.library.delete([group.run_ids[0]])
    assert states(store, group).count("none") == 1
    resumed = resume_experiment(store, group.id)
    assert len(resumed.run_ids) == 4
    assert states(store, group).count("queued") == 1


def test_what_does_not_fit_is_refused_before_anything_is_queued(store: Store) -> None:
    spec = sweep()
    too_many = spec.but(run=spec.run.but(data=spec.run.data.but(train_size=999_999)))
    with pytest.raises(InvalidSetting):
        start_experiment(store, SWEEP, too_many, owner="ada")
    assert store.groups() == []
    race = start_experiment(store, RACE, Experiment(run=spec.run), owner="ada")
    with pytest.raises(NotFound):
        experiment_group(store, race.id, SWEEP)


def test_a_large_sweep_and_a_race_of_somebody_else_share_the_machine(store: Store, serve: Serve) -> None:
    """Two slots, 36 cells, two of them training: the race has the next free slot and then its turn."""
    large = start_experiment(
        store, SWEEP, sweep(step_s=0.01, depths=tuple(range(8, 62, 6)), seeds=2), owner="ada"
    )
    assert len(large.run_ids) == 36
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: states(store, large).count("running") == 2)
        race = start_experiment(store, RACE, Experiment(run=sweep(step_s=0.01).run), owner="bob")
        # Only now: its entry in the queue may have waited for the lock while cells went on.
        before = {run.id for run in store.runs() if run.started_at is not None}
        until(lambda: all(store.run(run_id).state is RunState.FINISHED for run_id in race.run_ids))
        begun = {run.id: run.started_at for run in store.runs() if run.started_at is not None}
        stop_experiment(store, large.id)
    last = max(begun[run_id] for run_id in race.run_ids)
    ahead = [id_ for id_ in large.run_ids if id_ not in before and begun.get(id_, last) < last]
    assert len(ahead) <= 2, "one turn at most, which was given a slot while the race came in"
