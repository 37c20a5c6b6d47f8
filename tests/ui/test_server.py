"""What happens once, when the server starts."""

import asyncio
import logging
import socket
import threading
from pathlib import Path

import pytest

from resnet_viz.errors import NotFound, StoreUnavailable
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import MeasurementSpec, open_store
from resnet_viz.ui import server
from resnet_viz.ui.lifespan import lifespan
from resnet_viz.ui.sockets import send_at_once
from tests.made.stored import start_race, train_race

_DAY_S = 24 * 3600.0


def test_runs_deleted_more_than_a_week_ago_are_gone_for_good(tmp_path: Path) -> None:
    now = 1_700_000_000.0
    store = open_store(tmp_path, clock=lambda: now)
    old, recent, kept = (start_race(store) for _ in range(3))
    for group in (old, recent, kept):
        train_race(store, group)
    store.library.delete(old.run_ids)
    now += 6 * _DAY_S
    store.library.delete(recent.run_ids)
    now += 1 * _DAY_S
    server.purge_old(store)
    store.library.restore(recent.run_ids)
    assert {run.id for run in store.runs()} == {*recent.run_ids, *kept.run_ids}


def test_measurements_that_are_too_old_to_be_taken_up_are_removed(tmp_path: Path) -> None:
    now = 1_700_000_000.0
    store = open_store(tmp_path, clock=lambda: now)
    old = store.measurements.ask(MeasurementSpec("time", {}), "me", since_s=0)
    store.measurements.stop(old.id)
    server.purge_old(store)
    assert store.measurements.get(old.id).id == old.id
    now += 1.1 * _DAY_S
    waiting = store.measurements.ask(MeasurementSpec("time", {"other": True}), "me", since_s=0)
    server.purge_old(store)
    with pytest.raises(NotFound):
        store.measurements.get(old.id)
    assert store.measurements.under_way()[0].id == waiting.id


def test_a_purge_that_fails_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(tmp_path)

    def refuse(older_than_s: float) -> list[str]:
        raise StoreUnavailable("not_removable", "{place} cannot be removed.", place="there")

    monkeypatch.setattr(store.library, "purge", refuse)
    with caplog.at_level(logging.WARNING):
        server.purge_old(store)
    assert "could not all be removed" in caplog.text


def test_accepted_connections_do_not_wait_for_acknowledgements() -> None:
    with socket.socket() as listening:  # no protocol named, as Streamlit does it
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        send_at_once()
        with socket.create_connection(listening.getsockname()):
            accepted, _address = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def _one_life() -> None:
    async with lifespan(None):
        assert server.supervisor() is not None
    assert server.supervisor() is None


def test_the_supervisor_lives_as_long_as_the_server() -> None:
    asyncio.run(_one_life())


def test_a_first_run_need_not_wait_for_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()
    monkeypatch.setattr(server, "_LEAD_S", 1000.0)
    monkeypatch.setattr(Supervisor, "start", lambda _supervisor: begun.set())
    server.start()
    assert not begun.is_set()
    server.wake()
    assert begun.wait(10)
    server.close()


def test_a_history_that_cannot_be_opened_is_logged_and_leaves_the_pages_alive(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(home: Path) -> None:
        raise StoreUnavailable("store_closed", "{place} cannot be opened.", place=str(home))

    monkeypatch.setattr(server, "_open", refuse)
    server.start()
    assert server.supervisor() is None
    assert "cannot be opened" in caplog.text
    server.close()
