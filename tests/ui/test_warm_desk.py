"""The desk opens by itself, but only where there is room and when nobody trains."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from resnet_viz.experiments.presets import PRESETS
from resnet_viz.jobs.races import start_race
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.ui import server

_GIB = 2**30


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the desk was asked."""
    found: list[str] = []
    monkeypatch.setattr(server, "desk", lambda: SimpleNamespace(ask=found.append))
    return found


def supervised(home: Path, monkeypatch: pytest.MonkeyPatch, memory_gib: int) -> Supervisor:
    """A supervisor whose workers are ready, on a machine with so much memory."""
    machine = SimpleNamespace(memory_bytes=memory_gib * _GIB, devices=("cpu",))
    running = cast(Supervisor, cast(Any, SimpleNamespace(machine=machine)))
    monkeypatch.setitem(server._supervisors, home, running)
    return running


def test_it_is_prepared_while_nothing_trains(
    own_home: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server._warm_desk(supervised(own_home, monkeypatch, 16))
    assert asked == ["prepare"]


def test_small_machines_keep_their_memory(
    own_home: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server._warm_desk(supervised(own_home, monkeypatch, 4))
    assert asked == []


def test_it_waits_for_a_race_to_end(
    own_home: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    group = start_race(server.store(), PRESETS["shallow"].race, "local")
    looked = threading.Event()
    runs = server.store().runs

    def counted(**filters: Any) -> Any:
        looked.set()
        return runs(**filters)

    monkeypatch.setattr(server.store(), "runs", counted)
    running = supervised(own_home, monkeypatch, 16)
    waiting = threading.Thread(target=server._warm_desk, args=(running,))
    waiting.start()
    assert looked.wait(30)
    assert asked == []
    server.store().library.delete(group.run_ids)
    waiting.join(30)
    assert asked == ["prepare"]
