"""A race is queued whole or not at all."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import spec_of, start_experiment
from resnet_viz.specs import DataSpec, RunSpec
from resnet_viz.store import Store


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
    for run in runs:
        network = run.spec.network
        assert (network.in_channels, network.image_px, network.classes) == (1, 14, 10)
    assert spec_of(race) == spec.fitted()


def test_what_does_not_fit_is_refused_and_leaves_nothing(own_store: Store) -> None:
    spec = Experiment(run=RunSpec(data=DataSpec(train_size=1_000_000)))
    with pytest.raises(InvalidSetting, match=r"12000|12,000"):
        start_experiment(own_store, RACE, spec, owner="ada")
    assert own_store.runs() == []
    assert own_store.groups() == []


@pytest.mark.parametrize("name", RACE.presets)
def test_every_preset_can_be_queued(own_store: Store, name: str) -> None:
    assert len(start_experiment(own_store, RACE, RACE.presets[name].spec, owner="ada").run_ids) == 2
