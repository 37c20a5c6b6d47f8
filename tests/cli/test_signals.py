"""SIGTERM and a closed terminal end a training command as Ctrl-C does, and no process stays."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import psutil
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import Store
from tests.jobs.waiting import until
from tests.made.specs import sweep

ROOT = Path(__file__).parents[2]


def _in_a_terminal(ignored: Sequence[signal.Signals]) -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN if number in ignored else signal.SIG_DFL)


class Terminal:
    """A command in a terminal of its own, and all that it says.

    It heeds every signal but those ``ignored``, whatever the tests were started with: a
    program in the background of a script, or under nohup, ignores some.
    """

    def __init__(self, arguments: list[str], *ignored: signal.Signals) -> None:
        self._master, slave = pty.openpty()
        self.command = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.torchless", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=partial(_in_a_terminal, ignored),
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        self.said = ""

    def read(self) -> None:
        """Take in what was written; a terminal that nobody reads holds its command up."""
        try:
            while chunk := os.read(self._master, 65536):
                self.said += chunk.decode(errors="replace")
        except OSError:
            return

    def close(self) -> None:
        """As closing the window does."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def ended(self) -> bool:
        if self._master >= 0:
            self.read()
        return self.command.poll() is not None


def training(store: Store, terminal: Terminal, runs: int = 2) -> list[psutil.Process]:
    """The workers, once so many runs are under way."""

    def under_way() -> bool:
        assert not terminal.ended(), terminal.said
        return sum(run.step > 12 for run in store.runs(states=[RunState.RUNNING])) >= runs

    until(under_way, within_s=90)
    return psutil.Process(terminal.command.pid).children(recursive=True)


@pytest.fixture(params=["race", "sweep"])
def terminal(own_store: Store, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    """A race, or a sweep that is taken up."""
    if request.param == "race":
        arguments = ["race", "--preset=custom", "--depth=8", "--steps=3000", "--lr=0.05"]
    else:
        group = start_experiment(own_store, SWEEP, sweep(3000, 0.05, depths=(8,)), owner="cli")
        arguments = ["resume", group.id]
    terminal = Terminal(arguments)
    yield terminal
    terminal.close()
    if terminal.command.poll() is None:
        terminal.command.kill()
    terminal.command.wait()


@pytest.mark.parametrize("how", ["SIGTERM", "closed", "SIGINT"])
def test_what_trains_is_stopped_resumably(own_store: Store, terminal: Terminal, how: str) -> None:
    workers = training(own_store, terminal)
    if how == "closed":
        terminal.close()
    else:
        terminal.command.send_signal(signal.Signals[how])
    until(terminal.ended, within_s=60)
    assert terminal.command.returncode == 130
    until(lambda: not any(worker.is_running() for worker in workers))
    runs = own_store.runs()
    assert {run.state for run in runs} == {RunState.STOPPED}
    assert all(own_store.checkpoints(run.id) for run in runs)
    if how != "closed":
        terminal.read()
        assert f"resume {runs[0].group_id}" in " ".join(terminal.said.split())


def test_what_is_ignored_stays_ignored(own_store: Store) -> None:
    """Started by nohup, a race outlives its terminal."""
    arguments = ["race", "--preset=custom", "--depth=8", "--steps=60", "--lr=0.02"]
    terminal = Terminal(arguments, signal.SIGHUP)
    training(own_store, terminal, runs=1)  # the other may begin when this one has ended
    terminal.command.send_signal(signal.SIGHUP)
    until(terminal.ended, within_s=60)
    terminal.close()
    assert terminal.command.returncode == 0, terminal.said
    assert {run.state for run in own_store.runs()} == {RunState.FINISHED}
