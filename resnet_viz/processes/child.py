"""A started process as its starter sees it: environment, log, deadline, questions, end."""

import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import resnet_viz
from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.processes.channel import MOST_BYTES, Arrays, Channel, Frame
from resnet_viz.processes.memory import that_keeps_memory
from resnet_viz.processes.tasks import TASKS, Task

_MOST_READY_BYTES: Final = 65536
_LOGS_S: Final = 30 * 86_400.0
# What Python needs to start: the server's secrets are none of a hostile file's business.
_HARMLESS: Final = ("DYLD_LIBRARY_PATH", "LD_LIBRARY_PATH", "PATH", "PYTHONHOME", "SYSTEMROOT")

_log = logging.getLogger(__name__)


class NoAnswer(Exception):
    """The process ended without an answer; ``is_overdue``: because its time was over."""

    def __init__(self, *, is_overdue: bool) -> None:
        super().__init__(N_("it took too long") if is_overdue else N_("its process ended unexpectedly"))
        self.is_overdue = is_overdue


class Fault(Exception):
    """A question brought up an error that nobody foresaw: its last line; the log has the rest."""


class Child:
    """A process that carries out one task, and the channel to it.

    Args:
        task: its name in `tasks.TASKS`.
        home: folder of the history, which gets the log; without one nothing is logged.
        database: the history's address, where it is not the one in ``home``.
        threads: CPU threads.
        module: stands in for the task's own.

    Attributes:
        channel: what it says and is told.
        log: the file with what it printed.
        is_overdue: whether it was killed because a `deadline` had passed.
    """

    def __init__(
        self,
        task: str,
        *,
        home: Path | None = None,
        database: str | None = None,
        threads: int = 1,
        module: str | None = None,
    ) -> None:
        self._task = task
        self.name = f"{task}-{secrets.token_hex(4)}"
        self.is_overdue = False
        self._is_ready = False
        command = [sys.executable, "-P", "-m", "resnet_viz.processes", task, f"--threads={threads}"]
        if module is not None:
            command.append(f"--module={module}")
        self.log = Path(os.devnull)
        if home is not None:
            self.log = home / "logs" / f"{self.name}.log"
            self.log.parent.mkdir(parents=True, exist_ok=True)
            command += [f"--home={home}", f"--log={self.log}"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=_environment(TASKS[task], threads, database),
                bufsize=0,
                # An interrupt from the terminal is for the starter, which then ends its processes
                # gracefully. A group and not a session of its own: with the scheduler's
                # autogroups niceness would mean nothing across sessions.
                process_group=None if os.name == "nt" else 0,
                creationflags=_windows_flags(TASKS[task]),
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self.channel = Channel(self._process.stdout, self._process.stdin)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the process ended (minus the signal that killed it), or None while it lives."""
        return self._process.poll()

    @contextmanager
    def deadline(self, limit_s: float) -> Iterator[None]:
        """Kill the process unless what is done within ends in time."""
        timer = threading.Timer(limit_s, self._give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def await_ready(self) -> None:
        """Return when the task's module is imported; raises `NoAnswer`."""
        if not self._is_ready:
            if "ready" not in self._received(_MOST_READY_BYTES).values:
                raise self._no_answer()
            self._is_ready = True

    def ask(
        self,
        question: str,
        values: Mapping[str, Any] | None = None,
        arrays: Arrays | None = None,
        file: bytes = b"",
        *,
        most_bytes: int = MOST_BYTES,
    ) -> Frame:
        """Put ``question`` and wait for the `answer`."""
        self.put(question, values, arrays, file)
        return self.answer(most_bytes)

    def put(
        self,
        question: str,
        values: Mapping[str, Any] | None = None,
        arrays: Arrays | None = None,
        file: bytes = b"",
    ) -> None:
        """Send a question; raises `NoAnswer` where nobody reads it."""
        try:
            self.channel.send({"ask": question, **(values or {})}, arrays, file)
        except OSError:
            raise self._no_answer() from None

    def answer(self, most_bytes: int = MOST_BYTES) -> Frame:
        """What it says to the question that was put, of no more than ``most_bytes``.

        Raises:
            ResnetVizError: the question was refused; code and sentence say why.
            Fault: it brought up an error.
            NoAnswer: the process ended, was ended, or said what no task says.
        """
        self.await_ready()
        values, arrays, file = self._received(most_bytes)
        match values:
            case {"answer": dict(answer)}:
                return Frame(answer, arrays, file)
            # What is not trusted has no words for the reader.
            case {"refusal": dict(told)} if TASKS[self._task].bounds is None:
                raise ResnetVizError(told["code"], told["template"], **told["parameters"])
            case {"fault": str(line)}:
                raise Fault(line)
        raise self._no_answer()

    def wait(self) -> None:
        """Return when the process has ended."""
        self._process.wait()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """End it, and let go of its log if nothing was written there."""
        self.kill()
        self.wait()
        self.channel.close()
        if self.log.is_file() and not self.log.stat().st_size:
            self.log.unlink()

    def _received(self, most_bytes: int) -> Frame:
        try:
            frame = self.channel.receive(most_bytes)
        except (OSError, EOFError):
            frame = None
        except ValueError as error:
            _log.warning("%s talks nonsense: %s", self.name, error)
            frame = None
        if frame is None:
            raise self._no_answer()
        return frame

    def _no_answer(self) -> NoAnswer:
        """Why there is none; it will not give one later either."""
        self.kill()
        self.wait()
        _log.warning("%s ended without an answer (exit code %s)", self.name, self.exit_code)
        return NoAnswer(is_overdue=self.is_overdue)

    def _give_up(self) -> None:
        self.is_overdue = True  # before the kill: whoever finds the process dead asks why
        self.kill()


def remove_old_logs(home: Path) -> None:
    """Remove what started processes and commands wrote more than a month ago."""
    oldest = time.time() - _LOGS_S
    for log in (home / "logs").glob("*-*.log"):
        with suppress(FileNotFoundError):  # a process that has just ended let go of it
            if log.stat().st_mtime < oldest:
                log.unlink()


def _environment(task: Task, threads: int, database: str | None) -> dict[str, str]:
    """Of a process that computes on so many threads and finds this package and ``database``."""
    environment = dict(os.environ)
    if task.bounds is not None:
        environment = {name: os.environ[name] for name in _HARMLESS if name in os.environ}
    if task.trains:
        environment = that_keeps_memory(environment)
    environment |= {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    # The package is found wherever the server was started from.
    root = str(Path(resnet_viz.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    if database is not None:
        environment["RESNET_VIZ_DATABASE"] = database
    return environment


def _windows_flags(task: Task) -> int:
    flags: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    if task.niceness:
        flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
    return flags
