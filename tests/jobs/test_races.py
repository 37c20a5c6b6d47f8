"""A race is queued whole or not at all."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.experiments.presets import PRESETS
from resnet_viz.jobs.races import start_race
from resnet_viz.specs import DataSpec, RaceSpec, RunSpec
from resnet_viz.store import Store


def test_twins_per_seed_are_queued_with_networks_that_fit_the_data(own_store: Store) -> None:
    spec = RaceSpec(run=RunSpec(data=DataSpec(resolution_px=14)), seeds=2)
    race = start_race(own_store, spec, owner="ada")
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
    assert RaceSpec.from_json(race.spec_json) == spec


def test_what_does_not_fit_is_refused_and_leaves_nothing(own_store: Store) -> None:
    spec = RaceSpec(run=RunSpec(data=DataSpec(train_size=1_000_000)))
    with pytest.raises(InvalidSetting, match=r"12000|12,000"):
        start_race(own_store, spec, owner="ada")
    assert own_store.runs() == []
    assert own_store.groups() == []


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_can_be_queued(own_store: Store, name: str) -> None:
    assert len(start_race(own_store, PRESETS[name].race, owner="ada").run_ids) == 2
