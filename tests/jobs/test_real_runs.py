"""Real trainings in real workers: first points, kills, and curves that are the same in the end."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.findings.fairness import fairness_cards
from resnet_viz.findings.verdict import race_verdict
from resnet_viz.history import RunHistory
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.experiments import cells_of, recorded_cells, spec_of, start_experiment
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import RunReader, Store
from tests.jobs import mortal_engine
from tests.jobs.waiting import until, until_state
from tests.made.specs import tiny
from tests.made.stored import queue
from tests.made.trained import trained

RUN = tiny(
    data={"train_size": 200},
    steps=24,
    evaluate_every=10,
    probe_every=8,
    device="cpu",
    seed=mortal_engine.NEVER,
)
TIMINGS = {"wall_s", "training_s", "samples_per_s"}


@pytest.fixture(scope="module")
def real(store: Store) -> Iterator[Supervisor]:
    capacity = Capacity(cpu_slots=2, cpu_threads=1)
    with Supervisor(store, capacity=capacity, engine="tests.jobs.mortal_engine") as supervisor:
        until(lambda: len(supervisor._pool.idle()) == 2, within_s=90)
        yield supervisor


def assert_same(found: RunHistory, expected: RunHistory) -> None:
    assert found.state is expected.state is RunState.FINISHED
    assert found.series.keys() == expected.series.keys()
    for name, curve in expected.series.items():
        np.testing.assert_array_equal(found.series[name].step, curve.step, err_msg=name)
        np.testing.assert_array_equal(found.series[name].value, curve.value, err_msg=name)
    assert found.profiles.keys() == expected.profiles.keys()
    for name, table in expected.profiles.items():
        assert found.profiles[name].taps == table.taps
        np.testing.assert_array_equal(found.profiles[name].step, table.step, err_msg=name)
        np.testing.assert_array_equal(found.profiles[name].value, table.value, err_msg=name)
    assert {k: v for k, v in found.facts.items() if k not in TIMINGS} == {
        k: v for k, v in expected.facts.items() if k not in TIMINGS
    }


def test_a_race_on_warm_workers_gives_the_curves_of_undisturbed_training(
    real: Supervisor, store: Store, tmp_path: Path
) -> None:
    race = start_experiment(store, RACE, Experiment(run=RUN), owner="ada")
    real.wake()
    until_state(store, race.run_ids)
    plain, residual = (store.run(run_id) for run_id in race.run_ids)
    assert (plain.role, residual.role) == ("plain", "residual")
    assert plain.facts["batch_digest"] == residual.facts["batch_digest"]
    for run in (plain, residual):
        assert_same(RunReader(store, run.id).history(), trained(run.spec, tmp_path / run.id))


def test_a_third_network_type_is_a_third_run_and_leaves_the_other_two_as_they_were(
    real: Supervisor, store: Store, tmp_path: Path
) -> None:
    families = ("plain", "residual", "residual+projection")
    race = start_experiment(store, RACE, Experiment(run=RUN, families=families), owner="ada")
    real.wake()
    until_state(store, race.run_ids)
    cells = cells_of(store, race)
    assert [(place.cell.family, place.run and place.run.spec.network.shortcut) for place in cells] == [
        ("plain", "none"),
        ("residual", "identity"),
        ("residual+projection", "projection"),
    ]
    recorded = recorded_cells(store, cells)
    assert [cell.history.family for cell in recorded] == [*families]
    for cell, expected in zip(recorded, Experiment(run=RUN).cells(), strict=False):
        assert_same(cell.history, trained(expected.run, tmp_path / expected.family))
    cards = fairness_cards(spec_of(race), recorded)
    assert [twins for twins, _depth, _card in cards] == [("plain", name) for name in families[1:]]
    assert all(card.fair for _twins, _depth, card in cards)
    said = race_verdict(spec_of(race), recorded)
    assert str(said.headline).count("residual") == 2


@pytest.mark.timeout(300)  # five kills, five new workers
def test_wherever_a_worker_is_killed_the_resumed_curve_is_the_undisturbed_one(
    real: Supervisor, store: Store, tmp_path: Path
) -> None:
    deaths = range(mortal_engine.NEVER)
    specs = [RUN.but(train=RUN.train.but(seed=seed)) for seed in deaths]
    runs = [queue(store, spec)[0] for spec in specs]
    real.wake()
    until_state(store, runs, RunState.LOST, within_s=100)
    for run_id in runs:
        store.resume(run_id)
    real.wake()
    until_state(store, runs, RunState.FINISHED, within_s=100)
    for run_id, spec in zip(runs, specs, strict=True):
        expected = trained(spec, tmp_path / run_id)
        assert_same(RunReader(store, run_id).history(), expected)
        assert store.run(run_id).attempt == 2


def test_a_setting_this_machine_lacks_fails_with_its_sentence(real: Supervisor, store: Store) -> None:
    missing = RUN.but(train=RUN.train.but(device="mps"))
    (run_id,) = queue(store, missing)
    real.wake()
    until_state(store, run_id, RunState.FAILED, within_s=100)
    failure = store.run(run_id).failure
    assert failure is not None
    assert failure.code == "device_missing"
