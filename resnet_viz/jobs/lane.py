"""A process that answers one question at a time, started when it is first needed."""

import logging
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Self

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.frames import Arrays, Frame, read_frame, write_frame
from resnet_viz.jobs.process import worker_environment
from resnet_viz.locale import N_

_log = logging.getLogger(__name__)


class Unanswered(ResnetVizError):
    """The question could not be answered; the message says why."""


class Lane:
    """One process that answers one question after the other; safe to ask from several threads.

    It is started at the first question, and anew after one that it did not
    survive or did not answer in time.

    Args:
        home: folder of the history, where runs and data sets are.
        answers: module with ``answerers(home)``, imported in the process only.
        threads: CPU threads to compute with.
        idle_s: after so long without a question the process ends and gives its
            memory back; None: it stays.
    """

    def __init__(self, home: Path, *, answers: str, threads: int, idle_s: float | None = None) -> None:
        self._home = home
        self._answers = answers
        self._threads = threads
        self._idle_s = idle_s
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._idle = threading.Timer(0, lambda: None)

    @property
    def pid(self) -> int | None:
        """The process id; None while no process is needed."""
        process = self._process
        return None if process is None else process.pid

    def start(self, time_limit_s: float) -> None:
        """Have the process ready for the first question; raises `Unanswered`."""
        with self._turn, _Deadline(time_limit_s) as deadline:
            self._started(deadline)
            self._rest()

    def ask(self, question: Mapping[str, Any], arrays: Arrays, time_limit_s: float) -> Frame:
        """The answer to ``question`` as the process sent it; waits for its turn.

        ``time_limit_s`` begins with the turn and includes starting the process.

        Raises:
            Unanswered: the process died or took longer.
        """
        with self._turn, _Deadline(time_limit_s) as deadline:
            process = self._started(deadline)
            try:
                write_frame(_pipe(process.stdin), question, arrays)
                answer = read_frame(_pipe(process.stdout))
            except (OSError, EOFError):
                answer = None
            if answer is None:
                self._let_go()
                raise deadline.unanswered()
            self._rest()
            return answer

    def close(self) -> None:
        """End the process; questions asked afterwards are not answered."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._let_go()

    def _started(self, deadline: "_Deadline") -> subprocess.Popen[bytes]:
        self._idle.cancel()
        if self._process is not None and self._process.poll() is None:
            deadline.watch(self._process)
            return self._process
        self._let_go()
        if self._closed:
            raise deadline.unanswered()
        name = f"worker-desk-{secrets.token_hex(4)}"
        log = self._home / "logs" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "resnet_viz.jobs.desk_worker", f"--home={self._home}"]
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [*command, f"--log={log}", f"--answers={self._answers}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=worker_environment(self._threads),
            )
        deadline.watch(self._process)
        try:
            ready = read_frame(_pipe(self._process.stdout))
        except EOFError:
            ready = None
        if ready is None:
            self._let_go()
            raise deadline.unanswered()
        return self._process

    def _rest(self) -> None:
        if self._idle_s is not None:
            self._idle = threading.Timer(self._idle_s, self._end_idle)
            self._idle.daemon = True
            self._idle.start()

    def _end_idle(self) -> None:
        if self._turn.acquire(blocking=False):  # else somebody has just asked
            try:
                self._let_go()
            finally:
                self._turn.release()

    def _let_go(self) -> None:
        self._idle.cancel()
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:  # what was still to be sent has no reader
                    _log.info("a question was left behind")


class _Deadline:
    """Kills the process that it watches when the time is over, and knows whether it did."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._overdue = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._timer = threading.Timer(limit_s, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """From now on it is ``process`` that must be in time."""
        self._process = process
        if self._overdue.is_set():
            process.kill()

    def unanswered(self) -> Unanswered:
        """Why there is no answer."""
        if self._overdue.is_set():
            return Unanswered(
                "took_too_long",
                N_("Cancelled after {limit} s; choose a faster method or a smaller image."),
                limit=round(self._limit_s),
            )
        return Unanswered("desk_died", N_("The process that computes this ended unexpectedly; try again."))

    def _end(self) -> None:
        self._overdue.set()  # before the kill: whoever finds the process dead asks why
        if self._process is not None:
            self._process.kill()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe
