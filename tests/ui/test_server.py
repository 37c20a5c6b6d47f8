"""What happens once, when the server starts."""

import logging
import socket
from pathlib import Path

import pytest

from resnet_viz.errors import StoreUnavailable
from resnet_viz.store import open_store
from resnet_viz.ui import server
from resnet_viz.ui.sockets import send_at_once
from tests.ui.test_pages import queue, train

_DAY_S = 24 * 3600.0


def test_runs_deleted_more_than_a_week_ago_are_gone_for_good(tmp_path: Path) -> None:
    now = 1_700_000_000.0
    store = open_store(tmp_path, clock=lambda: now)
    old, recent, kept = (queue(store) for _ in range(3))
    for group in (old, recent, kept):
        train(store, group)
    store.library.delete(old.run_ids)
    now += 6 * _DAY_S
    store.library.delete(recent.run_ids)
    now += 1 * _DAY_S
    server.purge_old(store)
    store.library.restore(recent.run_ids)
    assert {run.id for run in store.runs()} == {*recent.run_ids, *kept.run_ids}


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
