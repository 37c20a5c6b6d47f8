"""Version 4: what follows from the data no longer stands in networks, and what was trained is found again."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.jobs.experiments import cells_of, start_experiment
from resnet_viz.specs import NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import Store, open_store
from resnet_viz.store.database import Database
from resnet_viz.store.migrations import MIGRATIONS, migrate
from tests.store.test_migrations import FIXTURES, versions

OLD = ("in_channels", "image_px", "classes")
RECIPE = RunSpec(network=NetworkSpec(depth=8, width=4), train=TrainSpec(steps=6, seed=11, probe_every=25))
"""That of all fixtures."""


def test_the_fixtures_have_what_is_taken_out() -> None:
    for version in (1, 2, 3):
        with sqlite3.connect(FIXTURES / f"v{version}.sqlite") as connection:
            specs = [text for (text,) in connection.execute("SELECT spec FROM runs")]
        connection.close()
        assert specs
        assert all(set(OLD) < json.loads(text)["network"].keys() for text in specs)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_old_runs_get_the_spec_and_digest_of_what_is_asked_today(tmp_path: Path, version: int) -> None:
    store = opened(tmp_path, version)
    for run in store.runs():
        assert run.digest == run.spec.digest()
    (race,) = (group for group in store.groups(kind="race") if group.name == "Old")
    assert json.loads(race.spec_json)["run"] == RECIPE.model_dump(mode="json")
    with store._database.reading() as connection:
        for table in ("runs", "run_groups"):
            text = "".join(connection.exec_driver_sql(f"SELECT spec FROM {table}").scalars())
            assert not any(name in text for name in OLD)
    store.close()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_sweep_started_anew_takes_up_what_was_trained_then(tmp_path: Path, version: int) -> None:
    def finish(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE runs SET state = 'finished' WHERE state = 'diverged'")

    store = opened(tmp_path, version, finish)
    sweep = Experiment(run=RECIPE, families=("plain", "residual+projection"))
    plain, projection = cells_of(store, start_experiment(store, SWEEP, sweep, "someone else"))
    assert plain.reused
    assert (plain.state, plain.run and plain.run.role) == (RunState.FINISHED, "plain")
    assert (projection.reused, projection.state) == (False, RunState.QUEUED)
    store.close()


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_old_race_keeps_its_places(tmp_path: Path, version: int) -> None:
    store = opened(tmp_path, version)
    (race,) = (group for group in store.groups(kind=RACE.name) if group.name == "Old")
    assert [place.state for place in cells_of(store, race)] == [RunState.DIVERGED, RunState.QUEUED]
    store.close()


def test_runs_that_differed_in_that_alone_are_the_same_on_both_databases(url: str) -> None:
    """More of them than are rewritten at a time, and one transaction."""
    database = Database(url)
    migrate(database, MIGRATIONS[:3])
    spec = json.loads(RunSpec().to_json())
    with database.writing() as connection:
        single = json.dumps({**spec, "network": {**spec["network"], "classes": 7}})
        experiment = json.dumps({"run": json.loads(single), "seeds": 2})
        for group_id, text in (("single", single), ("race", experiment), ("import", "{}")):
            connection.exec_driver_sql(
                f"INSERT INTO run_groups VALUES ('{group_id}', '{group_id}', 'me', '', '', '{text}', 1.0)"
            )
        for number in range(2500):
            shape = {"in_channels": 1 + number % 3, "image_px": 8 + number % 50, "classes": 10}
            text = json.dumps({**spec, "network": spec["network"] | shape})
            connection.exec_driver_sql(
                "INSERT INTO runs (id, group_id, position, owner, role, seed, spec, digest, name, notes,"
                " state, attempt, wish, until_step, created_at, step, total_steps, sequence) VALUES"
                f" ('r{number}', 'race', 0, 'me', 'plain', 0, '{text}', 'd{number}', '', '', 'finished',"
                " 1, 'run', 0, 1.0, 5, 5, 0)"
            )
    migrate(database)
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT DISTINCT spec, digest FROM runs").all()
        groups = {row.id: row.spec for row in connection.exec_driver_sql("SELECT id, spec FROM run_groups")}
    database.close()
    assert [tuple(row) for row in rows] == [(RunSpec().to_json(), RunSpec().digest())]
    assert groups["single"] == RunSpec().to_json()
    assert groups["import"] == "{}"
    assert Experiment.from_json(groups["race"]).run == RunSpec()
    assert not any(name in text for text in groups.values() for name in OLD)


def test_a_spec_that_cannot_be_read_leaves_the_version_as_it_was(url: str) -> None:
    database = Database(url)
    migrate(database, MIGRATIONS[:3])
    old = json.dumps({"network": {"classes": 10}})
    with database.writing() as connection:
        for group_id, text in (("a", old), ("b", "damaged")):
            connection.exec_driver_sql(
                f"INSERT INTO run_groups VALUES ('{group_id}', 'race', 'me', '', '', '{text}', 1.0)"
            )
    with pytest.raises((StoreUnavailable, ValueError)):
        migrate(database)
    assert versions(database) == [1, 2, 3]
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT spec FROM run_groups WHERE id = 'a'").scalar() == old
    database.close()


def opened(home: Path, version: int, change: object = None) -> Store:
    """The fixture of ``version``, changed and then opened by the present version."""
    file = home / "history.sqlite"
    shutil.copy(FIXTURES / f"v{version}.sqlite", file)
    if callable(change):
        with sqlite3.connect(file) as connection:
            change(connection)
        connection.close()
    return open_store(home)
