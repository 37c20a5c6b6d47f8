"""Old histories open for ever, newer ones are refused, half a step is no step."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import CheckpointSaved, Facts, Failure, RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import RunReader, Store, open_store
from resnet_viz.store.database import Database
from resnet_viz.store.migrations import MIGRATIONS, migrate
from resnet_viz.store.schema import metadata

FIXTURES = Path(__file__).parent / "fixtures"


def versions(database: Database) -> list[int]:
    with database.reading() as connection:
        found = connection.exec_driver_sql("SELECT version FROM schema_versions ORDER BY version")
        return [int(version) for version in found.scalars()]


def test_the_migrations_lead_to_the_tables_that_the_store_uses(store: Store) -> None:
    with store._database.reading() as connection:
        found = inspect(connection)
        assert {*found.get_table_names()} == {*metadata.tables, "schema_versions"}
        for table in metadata.sorted_tables:
            columns = {column["name"]: column for column in found.get_columns(table.name)}
            assert list(columns) == [column.name for column in table.columns]
            for column in table.columns:
                actual = columns[column.name]
                assert type(actual["type"])._type_affinity is type(column.type)._type_affinity, column
                assert column.primary_key or actual["nullable"] == column.nullable, column
            assert found.get_pk_constraint(table.name)["constrained_columns"] == [
                *table.primary_key.columns.keys()
            ]
    assert versions(store._database) == list(range(1, len(MIGRATIONS) + 1))


def test_every_version_has_its_fixture() -> None:
    # Whoever adds a migration first records what the version before it wrote.
    recorded = {path.name for path in FIXTURES.glob("*.sqlite")}
    assert recorded == {f"v{version}.sqlite" for version in range(1, len(MIGRATIONS) + 1)}


@pytest.mark.parametrize("name", ["v1.sqlite"])
def test_an_old_history_opens_whole(tmp_path: Path, name: str) -> None:
    shutil.copy(FIXTURES / name, tmp_path / "history.sqlite")
    store = open_store(tmp_path)
    (group,) = store.groups()
    recipe = TrainSpec(steps=6, seed=11, probe_every=25)  # 25 was the default when these were recorded
    race = Experiment(run=RunSpec(network=NetworkSpec(depth=8, width=4), train=recipe))
    assert (group.kind, group.owner, group.name, group.created_at) == (
        "race",
        "someone",
        "Old",
        1_700_000_000.5,
    )
    assert Experiment.from_json(group.spec_json) == race
    plain, residual = store.runs(group=group.id)
    assert (plain.spec, residual.spec) == race.runs()
    assert (residual.state, residual.attempt) == (RunState.QUEUED, 0)
    assert (plain.state, plain.attempt, plain.step, plain.worker) == (RunState.DIVERGED, 1, 4, "worker")
    assert plain.failure == Failure("diverged", "At {step}.", {"step": 4})
    assert plain.facts == {"parameters": 4706, "device": "cpu"}
    assert store.checkpoints(plain.id) == [CheckpointSaved(3, "checkpoints/3", 1234, kept=True)]

    history = RunReader(store, plain.id).history()
    assert history.state is RunState.DIVERGED
    assert history.series["train/loss"].step.tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(history.series["train/loss"].value, [2.5, 2.25, 2.0, np.nan])
    assert history.series["train/accuracy"].value.tolist() == [0.0, 0.125, 0.25]
    assert history.profiles["grad/norm"].taps == ("stem", "head")
    assert history.profiles["grad/norm"].value.tolist() == [[0.0, 0.0], [1.0, 0.5], [2.0, 1.0]]

    attempt = store.claim(residual.id, "worker")
    assert attempt == 1
    store.append(residual.id, attempt, [Facts({"written": "now"})])
    assert store.run(residual.id).facts == {"written": "now"}
    store.close()


def test_a_history_of_a_newer_version_is_refused_and_left_alone(
    url: str, reopen: Callable[[], Store]
) -> None:
    reopen()
    database = Database(url)
    newer = len(MIGRATIONS) + 1
    with database.writing() as connection:
        connection.exec_driver_sql(f"INSERT INTO schema_versions (version) VALUES ({newer})")
    with pytest.raises(StoreUnavailable) as refused:
        reopen()
    assert refused.value.code == "newer_history"
    assert "update the app" in str(refused.value)
    assert versions(database)[-1] == newer
    database.close()


def test_the_next_step_is_taken_once_and_keeps_what_is_there(url: str, reopen: Callable[[], Store]) -> None:
    group = reopen().add_group("race", "someone", "{}", [RunSpec()])
    database = Database(url)
    longer = (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN pinned BOOLEAN", "CREATE TABLE extra (id {binary})"))
    migrate(database, longer)
    migrate(database, longer)
    assert versions(database) == list(range(1, len(longer) + 1))
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT id, pinned FROM runs").all() == [(group.run_ids[0], None)]
    database.close()


def test_a_step_that_fails_leaves_nothing_behind(url: str, reopen: Callable[[], Store]) -> None:
    reopen()
    database = Database(url)
    broken = (*MIGRATIONS, ("CREATE TABLE half (id TEXT)", "INSERT INTO missing VALUES (1)"))
    with pytest.raises((SQLAlchemyError, StoreUnavailable)):
        migrate(database, broken)
    assert versions(database) == list(range(1, len(MIGRATIONS) + 1))
    with database.reading() as connection:
        assert not inspect(connection).has_table("half")
    migrate(database)
    database.close()
