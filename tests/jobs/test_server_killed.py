"""The server goes away: runs go on or can be resumed, and no process stays behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store
from tests.jobs import fake_engine
from tests.jobs.complete import assert_complete
from tests.jobs.conftest import FAKE
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue

ROOT = Path(__file__).parents[2]


class Server:
    """A server process and the workers it started."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.server", str(home)], stdin=subprocess.PIPE, cwd=ROOT
        )
        self._ps = psutil.Process(self.process.pid)

    def workers(self) -> list[psutil.Process]:
        return self._ps.children()

    def kill_all(self) -> None:
        """Kill it and its workers, none of which sees another go."""
        self._ps.suspend()
        until(lambda: self._ps.status() == psutil.STATUS_STOPPED)
        for worker in self.workers():
            worker.kill()
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        self.process.stdin.close()


@pytest.fixture
def server(own_store: Store) -> Iterator[Server]:
    server = Server(own_store.home)
    until(lambda: len(server.workers()) == 2)
    workers = server.workers()
    yield server
    server.kill()
    until(lambda: not any(worker.is_running() for worker in workers))


def test_a_killed_server_leaves_finished_and_resumable_runs_and_no_process(
    own_store: Store, server: Server
) -> None:
    running, paused = queue(own_store, [spec(80, 0.02, 1), spec(80, 0.02, 2)])
    own_store.set_desired(paused, Desired(Wish.PAUSE, until_step=15))
    until_state(own_store, paused, RunState.PAUSED)
    workers = server.workers()
    server.process.send_signal(signal.SIGKILL)
    server.process.wait()
    until_state(own_store, running, RunState.FINISHED)
    until_state(own_store, paused, RunState.STOPPED)
    until(lambda: not any(worker.is_running() for worker in workers))
    assert_complete(own_store, running)
    with Supervisor(own_store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=FAKE) as successor:
        own_store.resume(paused)
        successor.wake()
        until_state(own_store, paused, RunState.FINISHED)
    assert_complete(own_store, paused)


def test_server_and_workers_killed_together(own_store: Store, server: Server) -> None:
    lingering = spec(60, 0.02, fake_engine.LINGERS)
    runs = queue(own_store, [lingering, lingering, spec(20, 0.002, 3)])
    until(lambda: all(own_store.run(run_id).step >= 12 for run_id in runs[:2]))
    server.kill_all()
    with Supervisor(own_store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=FAKE) as successor:
        until_state(own_store, runs[:2], RunState.LOST)
        until_state(own_store, runs[2], RunState.FINISHED)
        for run_id in runs[:2]:
            own_store.resume(run_id)
        successor.wake()
        until_state(own_store, runs, RunState.FINISHED)
    for run_id in runs:
        assert_complete(own_store, run_id)


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["terminal", "background"])
def started_from(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a process inherits from a terminal, or from a script that started it in the background."""
    before = signal.signal(signal.SIGINT, request.param)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("started_from")
def test_an_interrupt_is_for_the_server_alone(own_store: Store, server: Server) -> None:
    """Ctrl-C reaches a terminal's whole process group; the workers are not in it."""
    (run_id,) = queue(own_store, spec(5000, 0.02))
    until(lambda: own_store.run(run_id).step >= 1)
    workers = server.workers()
    server.process.send_signal(signal.SIGINT)  # ends the `with` block and so closes the supervisor
    server.process.wait(timeout=30)
    assert own_store.run(run_id).state is RunState.STOPPED
    until(lambda: not any(worker.is_running() for worker in workers))
