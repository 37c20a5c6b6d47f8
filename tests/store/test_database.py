"""What cannot be opened or written says so in one sentence and breaks nothing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event as engine_event

from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import CheckpointSaved, Event, Facts, Progress, RunState, Series, StateChanged
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunReader, Store, home_folder, open_store
from resnet_viz.store.database import Database
from tests.made.stored import claimed, queued


def refusal(home: Path, url: str | None = None) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as refused:
        open_store(home, url)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "Traceback" not in sentence
    return refused.value


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "history.sqlite"
    file.write_bytes(b"not a database at all" * 100)
    refused = refusal(tmp_path)
    assert refused.code == "history_unavailable"
    assert str(file) in str(refused)
    assert file.read_bytes() == b"not a database at all" * 100


def test_a_history_cut_short_is_refused_and_kept(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    queued(store)
    store.close()
    file = tmp_path / "history.sqlite"
    for length in (file.stat().st_size // 2, 5_000, 100):
        file.write_bytes(file.read_bytes()[:length])
        assert refusal(tmp_path).code == "history_unavailable"
        assert file.stat().st_size == length


def test_a_home_may_be_moved(tmp_path: Path) -> None:
    store = open_store(tmp_path / "here")
    run_id = queued(store)
    store.close()
    (tmp_path / "here").rename(tmp_path / "there")
    moved = open_store(tmp_path / "there")
    assert moved.run(run_id).id == run_id
    assert moved.run_folder(run_id).is_relative_to(tmp_path / "there")
    moved.close()


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert refusal(tmp_path / "file" / "home").code == "home_unusable"


def test_a_folder_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").mkdir()
    assert refusal(tmp_path).code == "history_unavailable"


@pytest.mark.parametrize(
    "address", ["nonsense", "mysql://x/y", "postgresql+nosuchdriver://x/y", "http://", "://", "sqlite://"]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    assert refusal(tmp_path, address).code == "bad_database_url"


def test_a_server_that_is_not_there_is_refused_without_the_password(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://me:secret@/history?host={tmp_path}"
    refused = refusal(tmp_path, address)
    assert refused.code == "history_unavailable"
    assert "secret" not in str(refused)


def test_a_full_disk_is_named_and_what_is_recorded_stays(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    run_id = queued(store)
    attempt = claimed(store, run_id)
    store.append(run_id, attempt, [Facts({"early": True}), Progress(1)])
    before = store.run(run_id)
    big = Series("train/loss", np.arange(100_000), np.zeros(100_000))

    # SQLite answers a limit on its pages as it answers a full disk.
    @engine_event.listens_for(store._database._engine, "begin")
    def limit(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 60")

    with pytest.raises(StoreUnavailable) as refused:
        store.append(run_id, attempt, [big])
    assert refused.value.code == "disk_full"
    assert store.run(run_id) == before
    store.append(run_id, attempt, [Progress(2)])

    engine_event.remove(store._database._engine, "begin", limit)
    store.close()
    store = open_store(tmp_path)
    store.append(run_id, attempt, [big])
    assert len(RunReader(store, run_id).history().series["train/loss"]) == 100_000
    store.close()


@pytest.mark.parametrize(
    ("events", "waits"),
    [
        ([Progress(1)], False),
        ([Facts({"a": 1}), StateChanged(RunState.PAUSED)], False),
        ([CheckpointSaved(1, "checkpoints/1", 1, kept=False)], True),
        ([StateChanged(RunState.FINISHED)], True),
    ],
)
def test_checkpoints_and_ends_wait_for_the_disk(tmp_path: Path, events: list[Event], waits: bool) -> None:
    store = open_store(tmp_path)
    run_id = queued(store)
    attempt = claimed(store, run_id)
    seen: list[int] = []

    @engine_event.listens_for(store._database._engine, "commit")
    def look(connection: Any) -> None:
        seen.append(connection.exec_driver_sql("PRAGMA synchronous").scalar_one())

    store.append(run_id, attempt, events)
    normal, full = 1, 2
    assert seen == [full if waits else normal]
    store.close()


def test_sqlite_is_in_wal_mode_and_checks_references(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'history.sqlite'}")
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()


def test_a_writer_waits_for_another_and_a_reader_does_not(reopen: Callable[[], Store]) -> None:
    store, other = reopen(), reopen()
    run_id = queued(store)
    attempt = claimed(store, run_id)
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE runs SET notes = 'being written'")
        assert other.run(run_id).notes == ""
        assert other.events_since(run_id, 0)[1] == 1
        assert [run.notes for run in other.runs()] == [""]
    assert other.run(run_id).notes == "being written"
    other.append(run_id, attempt, [Progress(1)])


def test_five_thousand_runs_are_listed_without_their_logs(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for _ in range(50):
        store.add_group("sweep", "someone", "{}", [RunSpec()] * 100)
    plans: list[str] = []

    @engine_event.listens_for(store._database._engine, "before_cursor_execute")
    def plan(_c: Any, cursor: sqlite3.Cursor, statement: str, values: Any, *_: Any) -> None:
        raw = cursor.connection.cursor()
        plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    assert len(store.runs()) == 5000
    assert len(store.runs(owner="someone", limit=50)) == 50
    assert len(store.runs(states=[RunState.RUNNING])) == 0
    assert len(store.runs(group=store.groups(limit=1)[0].id)) == 100
    assert not any("run_events" in line for line in plans)
    for index in ("runs_by_time", "runs_by_owner", "runs_by_state", "runs_by_group"):
        assert any(index in line for line in plans), (index, plans)
    store.close()


def test_home_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "here"))
    assert home_folder() == tmp_path / "here"
    monkeypatch.setenv("RESNET_VIZ_HOME", "~/there")
    assert home_folder() == Path.home() / "there"
    monkeypatch.setenv("RESNET_VIZ_HOME", "relative")
    assert home_folder() == Path.cwd() / "relative"
    for unset in ("", None):
        monkeypatch.setenv("RESNET_VIZ_HOME", unset) if unset == "" else monkeypatch.delenv("RESNET_VIZ_HOME")
        assert home_folder().name == "resnet-viz"
        assert home_folder().is_absolute()


def test_the_environment_names_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESNET_VIZ_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    store = open_store(tmp_path / "home")
    store.close()
    assert (tmp_path / "elsewhere.sqlite").exists()
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize(
    "name", ["我的 #1 100% 'home' & more", "job%2Fmain", "a%20b", "quiz? 3", "x@y:z;=", "caf\udce9"]
)
def test_a_home_may_have_any_name(tmp_path: Path, name: str) -> None:
    around = tmp_path / "around"
    home = around / name
    store = open_store(home)
    run_id = queued(store)
    again = open_store(home, store.url)  # as a worker gets it
    assert again.run(run_id) == store.run(run_id)
    again.close()
    store.close()
    assert (home / "history.sqlite").exists()
    assert list(around.iterdir()) == [home]
