"""A race is queued whole or not at all, extended, stepped, and read from earlier versions."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import Progress, RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.jobs.experiments import (
    cells_of,
    extend_experiment,
    resume_experiment,
    spec_of,
    start_experiment,
    step_experiment,
)
from resnet_viz.specs import DataSpec, RunSpec
from resnet_viz.store import Store
from tests.made.stored import write


def test_twins_per_seed_are_queued_with_networks_that_fit_the_data(own_store: Store) -> None:
    spec = Experiment(run=RunSpec(data=DataSpec(resolution_px=14)), seeds=2)
    race = start_experiment(own_store, RACE, spec, owner="ada")
    runs = [own_store.run(run_id) for run_id in race.run_ids]
    assert [(run.role, run.seed) for run in runs] == [
        ("plain", 0),
        ("residual", 0),
        ("plain", 1),
        ("residual", 1),
    ]
    assert {run.state for run in runs} == {RunState.QUEUED}
    assert {run.owner for run in runs} == {"ada"}
    assert spec_of(race) == spec


def test_what_does_not_fit_is_refused_and_leaves_nothing(own_store: Store) -> None:
    spec = Experiment(run=RunSpec(data=DataSpec(train_size=1_000_000)))
    with pytest.raises(InvalidSetting, match=r"12000|12,000"):
        start_experiment(own_store, RACE, spec, owner="ada")
    assert own_store.runs() == []
    assert own_store.groups() == []


@pytest.mark.parametrize("name", RACE.presets)
def test_every_preset_can_be_queued(own_store: Store, name: str) -> None:
    spec = RACE.presets[name].spec
    assert len(start_experiment(own_store, RACE, spec, owner="ada").run_ids) == len(spec.families) >= 2


def test_a_race_that_an_earlier_version_asked_for_is_read() -> None:
    """Its spec had neither network types nor depths: there were two and one."""
    old = '{"run": {"network": {"depth": 20}, "train": {"seed": 5}}, "seeds": 2}'
    spec = Experiment.from_json(old)
    assert (spec.families, spec.depths, spec.seeds) == (("plain", "residual"), (20,), 2)
    assert {run.train.seed for run in spec.runs()} == {5, 6}
    with pytest.raises(InvalidSetting):
        Experiment.from_json('{"run": {"network": {"depth": 21}}, "seeds": 2}')


def test_a_race_is_extended_by_seeds_and_keeps_its_runs(own_store: Store) -> None:
    spec = Experiment(run=RunSpec(data=DataSpec(resolution_px=14)))
    race = start_experiment(own_store, RACE, spec, owner="ada")
    longer = extend_experiment(own_store, race.id, spec.but(seeds=3))
    assert longer.run_ids[:2] == race.run_ids
    assert [(own_store.run(run_id).role, own_store.run(run_id).seed) for run_id in longer.run_ids[2:]] == [
        ("plain", 1),
        ("residual", 1),
        ("plain", 2),
        ("residual", 2),
    ]
    with pytest.raises(InvalidSetting, match="keeps its runs"):
        extend_experiment(own_store, race.id, spec)


def test_a_race_trains_anew_what_another_has_trained(own_store: Store) -> None:
    spec = Experiment(run=RunSpec(data=DataSpec(resolution_px=14)))
    first, second = (start_experiment(own_store, RACE, spec, owner="ada") for _ in range(2))
    assert not {*first.run_ids} & {*second.run_ids}
    extended = extend_experiment(own_store, second.id, spec.but(seeds=2))
    assert len(extended.run_ids) == 4


def test_a_deleted_run_of_a_race_keeps_its_place(own_store: Store) -> None:
    race = start_experiment(own_store, RACE, Experiment(), owner="ada")
    for run_id in race.run_ids:
        write(own_store, run_id, Progress(150), StateChanged(RunState.FINISHED))
    own_store.library.delete(race.run_ids[:1])
    plain, residual = cells_of(own_store, race)
    assert (plain.cell.family, plain.run, plain.is_settled) == ("plain", None, True)
    assert residual.run is not None
    resume_experiment(own_store, race.id)
    assert cells_of(own_store, race)[0].run is None, "nobody asked to train it again"


def test_a_single_step_brings_compared_networks_to_the_same_step(own_store: Store) -> None:
    sweep = start_experiment(own_store, SWEEP, Experiment(depths=(8, 14)), owner="ada")
    steps = {("plain", 8): 5, ("residual", 8): 7, ("plain", 14): 2, ("residual", 14): 2}
    for run_id in sweep.run_ids:
        run = own_store.run(run_id)
        reached = Progress(steps[run.role, run.spec.network.depth])
        write(own_store, run_id, reached, StateChanged(RunState.PAUSED))
    step_experiment(own_store, sweep.id)
    until = {
        (run.role, run.spec.network.depth): run.desired.until_step
        for run in map(own_store.run, sweep.run_ids)
    }
    assert until == {("plain", 8): 8, ("residual", 8): 8, ("plain", 14): 3, ("residual", 14): 3}
