"""Workers and servers killed in the middle of a sweep: the table in the end is that of an undisturbed one."""

from pathlib import Path

from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.experiments import cells_of, start_experiment
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store
from tests.jobs import mortal_engine
from tests.jobs.complete import assert_complete
from tests.jobs.own_server import Serve, serve, store
from tests.jobs.test_server_killed import Server
from tests.jobs.waiting import until
from tests.made.specs import sweep
from tests.made.trained import trained

__all__ = ["serve", "store"]

RESULTS = ("train_loss", "train_accuracy", "test_accuracy", "batch_digest", "init_digest")


def test_every_cell_s_worker_is_killed_once_and_the_table_is_the_same(store: Store, tmp_path: Path) -> None:
    spec = sweep(16, 0.1, depths=(8,), seeds=2)
    deaths = spec.run.train.but(seed=mortal_engine.AFTER_WRITING)  # and the seed after it: BETWEEN
    spec = spec.but(run=spec.run.but(train=deaths))
    group = start_experiment(store, SWEEP, spec, owner="ada")
    capacity = Capacity(cpu_slots=2, cpu_threads=1)
    with Supervisor(store, capacity=capacity, engine="tests.jobs.mortal_engine") as supervisor:
        supervisor.wake()
        until(lambda: all(place.is_settled for place in cells_of(store, group)), within_s=110)
    table = {}
    for place in cells_of(store, group):
        assert place.run is not None
        assert (place.run.state, place.run.attempt) == (RunState.FINISHED, 2)
        table[place.cell] = {name: place.run.facts[name] for name in RESULTS}
    assert len(store.runs()) == 4, "no cell has a second run"
    for cell, found in table.items():
        facts = trained(cell.run, tmp_path / cell.run.digest()).facts
        assert found == {name: facts[name] for name in RESULTS}


def test_a_server_killed_with_its_workers_leaves_a_sweep_that_another_finishes(
    store: Store, serve: Serve
) -> None:
    group = start_experiment(store, SWEEP, sweep(60, 0.05), owner="ada")
    server = Server(store.home)
    try:
        until(lambda: any(run.step > 12 for run in store.runs(states=[RunState.RUNNING])))
    finally:
        server.kill_all()
    killed = {run.id for run in store.runs(states=[RunState.RUNNING])}
    assert killed, "all cells together take longer than it takes to kill"
    with serve():
        until(lambda: all(place.is_settled for place in cells_of(store, group)), within_s=100)
    assert [place.state for place in cells_of(store, group)] == [RunState.FINISHED] * 4
    runs = store.runs(group=group.id)
    assert {run.id: run.attempt for run in runs} == {run.id: 1 + (run.id in killed) for run in runs}
    for run in runs:
        assert_complete(store, run.id)


def test_starting_the_same_sweep_again_takes_up_what_was_lost(store: Store, serve: Serve) -> None:
    first = start_experiment(store, SWEEP, sweep(), owner="ada")
    attempt = store.claim(first.run_ids[0], "a worker on a machine that lost power")
    assert attempt == 1
    assert store.lose(store.heartbeats()[0])
    again = start_experiment(store, SWEEP, sweep(), owner="ada")
    assert again.run_ids == first.run_ids
    with serve() as supervisor:
        supervisor.wake()
        until(lambda: all(place.is_settled for place in cells_of(store, again)))
    assert store.run(first.run_ids[0]).attempt == 2
    assert {run.state for run in store.runs()} == {RunState.FINISHED}
