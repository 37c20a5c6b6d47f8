"""What version 1 recorded is listed like everything else; what version 2 recorded is read for ever."""

import shutil
from pathlib import Path

import orjson
import pytest

from resnet_viz.events import RunState
from resnet_viz.store import RunQuery, RunReader, Store, open_store
from resnet_viz.store.database import Database
from resnet_viz.store.migrations import MIGRATIONS, migrate
from tests.store.test_migrations import FIXTURES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "old"


def opened(home: Path, name: str) -> Store:
    home.mkdir()
    shutil.copy(FIXTURES / name, home / "history.sqlite")
    return open_store(home)


def test_runs_of_version_1_are_listed_with_what_their_spec_and_facts_say(home: Path) -> None:
    store = opened(home, "v1.sqlite")
    plain, residual = store.library.find(RunQuery(sort="role", descending=False)).rows
    assert (plain.depth, plain.dataset, plain.device, plain.train_loss) == (
        8,
        "fashion-mnist-small",
        "cpu",
        None,
    )
    assert (residual.depth, residual.device, residual.tags, residual.origin) == (8, None, (), "trained")
    assert (plain.pinned, plain.deleted_at, plain.weights_bytes) == (False, None, 1234)
    store.close()


def test_a_version_2_history_opens_whole(home: Path) -> None:
    store = opened(home, "v2.sqlite")
    rows = store.library.find(RunQuery(sort="name", descending=False)).rows
    kept, elsewhere, queued = sorted(rows, key=lambda row: (row.name == "", row.name != "Kept"))
    assert (kept.name, kept.notes, kept.tags, kept.pinned) == ("Kept", "Two\nlines", ("深度", 'a "b"'), True)
    assert (kept.state, kept.device, kept.weights_bytes) == (RunState.DIVERGED, "cpu", 1234)
    assert (elsewhere.origin, elsewhere.group_kind, elsewhere.train_loss) == ("imported", "import", 0.5)
    assert RunReader(store, elsewhere.id).history().series["train/loss"].value.tolist() == [0.5]
    assert (queued.state, queued.origin) == (RunState.QUEUED, "trained")
    (deleted,) = store.library.find(RunQuery(deleted=True)).rows
    assert (deleted.state, deleted.deleted_at) == (RunState.STOPPED, 1_700_000_000.5)
    assert [group.kind for group in store.groups()].count("race") == 1
    store.close()


def test_the_second_step_reads_specs_and_facts_on_both_databases(url: str) -> None:
    database = Database(url)
    migrate(database, MIGRATIONS[:1])
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO run_groups VALUES ('g', 'race', 'me', '', '', '{}', 1.0)")
        connection.exec_driver_sql(
            "INSERT INTO runs (id, group_id, position, owner, role, seed, spec, digest, name, notes, state,"
            " attempt, wish, until_step, created_at, step, total_steps, sequence) VALUES ('r', 'g', 0, 'me',"
            """ 'plain', 0, '{"network": {"depth": 56}, "data": {"dataset": "mnist"}}', '', '', '',"""
            " 'finished', 1, 'run', 0, 1.0, 5, 5, 0)"
        )
        connection.exec_driver_sql(
            """INSERT INTO run_facts VALUES ('r', '{"device": "cuda", "train_loss": 0.25, "wall_s": null}')"""
        )
    migrate(database)
    with database.reading() as connection:
        columns = "depth, dataset, device, train_loss, train_accuracy, wall_s, tags, origin"
        row = connection.exec_driver_sql(f"SELECT {columns} FROM runs").one()
    assert tuple(row) == (56, "mnist", "cuda", 0.25, None, None, "[]", "trained")
    database.close()


def test_old_test_figures_are_known_to_be_those_of_running_averages(url: str) -> None:
    """Without batch normalisation there are no averages, and a run that has not begun has no figure."""
    database = Database(url)
    migrate(database, MIGRATIONS[:2])
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO run_groups VALUES ('g', 'race', 'me', '', '', '{}', 1.0)")
        for run_id, norm in (("normed", "batch"), ("bare", "none"), ("waiting", "batch")):
            spec = f'{{"network": {{"norm": "{norm}"}}}}'
            connection.exec_driver_sql(
                "INSERT INTO runs (id, group_id, position, owner, role, seed, spec, digest, name, notes,"
                " state, attempt, wish, until_step, created_at, step, total_steps, sequence) VALUES"
                f" ('{run_id}', 'g', 0, 'me', 'plain', 0, '{spec}', '', '', '', 'finished', 1, 'run', 0, 1.0,"
                " 5, 5, 0)"
            )
        connection.exec_driver_sql("UPDATE runs SET test_accuracy = 0.3 WHERE id IN ('normed', 'bare')")
        for run_id in ("normed", "bare"):
            connection.exec_driver_sql(
                f"""INSERT INTO run_facts VALUES ('{run_id}', '{{"test_accuracy": 0.30000000000000004}}')"""
            )
    migrate(database)
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT id, test_statistics FROM runs").all()
        columns = {row[0]: row[1] for row in rows}
        facts = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT run_id, facts FROM run_facts")}
    database.close()
    assert columns == {"normed": "running averages", "bare": "as trained", "waiting": None}
    assert {name: orjson.loads(content) for name, content in facts.items()} == {
        name: {"test_accuracy": 0.30000000000000004, "test_statistics": columns[name]}
        for name in ("normed", "bare")
    }
