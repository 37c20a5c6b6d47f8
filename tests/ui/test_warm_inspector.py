"""The inspector opens by itself, but only where there is room and when nobody trains."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs import capacity
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.ui import server
from tests.jobs.conftest import FAKE
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue
from tests.processes.children import children_with
from tests.ui.stand_in_answers import NOTE

_GIB = 2**30


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Starts the server's part on a machine of so many GiB; workers and inspector do without torch."""

    def start(memory_gib: int) -> None:
        monkeypatch.setattr(capacity, "_usable_memory_bytes", lambda: memory_gib * _GIB)
        server.start()

    slots = Capacity(cpu_slots=1, cpu_threads=1)
    monkeypatch.setattr(server, "_LEAD_S", 0.0)
    monkeypatch.setattr(server, "Supervisor", partial(Supervisor, capacity=slots, engine=FAKE))
    monkeypatch.setattr(server, "Inspector", partial(Inspector, module="tests.ui.stand_in_answers"))
    yield start
    server.close()


def _all_is_begun() -> bool:
    return not any(thread.name == "begin" for thread in threading.enumerate())


def _inspectors(home: Path) -> list[int]:
    """The processes of this home's inspector; others belong to other tests."""
    return [child.pid for child in children_with("explain", f"--home={home}")]


def test_it_is_prepared_while_nothing_trains(own_home: Path, started: Callable[[int], None]) -> None:
    started(16)
    until((own_home / NOTE).exists)
    (inspector,) = _inspectors(own_home)
    server.close()
    until(lambda: not psutil.pid_exists(inspector))


def test_small_machines_keep_their_memory(own_home: Path, started: Callable[[int], None]) -> None:
    started(4)
    until(_all_is_begun)
    assert _inspectors(own_home) == []
    assert not (own_home / NOTE).exists()


def test_it_waits_for_a_run_to_end(own_home: Path, started: Callable[[int], None]) -> None:
    store = server.store()
    (run_id,) = queue(store, spec(5000, 0.02))
    started(16)
    until(lambda: store.run(run_id).step >= 50)
    assert _inspectors(own_home) == []
    store.set_desired(run_id, Desired(Wish.STOP))
    until_state(store, run_id, RunState.STOPPED)
    until((own_home / NOTE).exists)
    assert (own_home / NOTE).read_text() == ""
