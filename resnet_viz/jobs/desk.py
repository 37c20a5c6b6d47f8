"""Ask a warm process about networks: what they predict, how layers answer, where they look."""

import logging
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.frames import Arrays, Frame, read_frame, write_frame
from resnet_viz.jobs.process import worker_environment
from resnet_viz.locale import N_

TIME_LIMIT_S = 300.0
"""The checks of a large network take minutes on a small machine."""

_log = logging.getLogger(__name__)


class Unanswered(ResnetVizError):
    """The question could not be answered; the message says why."""


class Desk:
    """One process that answers one question at a time; safe to ask from several threads.

    It is started at the first question (or by `warm`), and anew after one that
    it did not survive or did not answer in time.

    Args:
        home: folder of the history, where runs and data sets are.
        answers: module with ``answerers(home)``, imported in the process only.
        threads: CPU threads to compute with.
    """

    def __init__(
        self, home: Path, *, answers: str = "resnet_viz.inspection.answers", threads: int = 2
    ) -> None:
        self._home = home
        self._answers = answers
        self._threads = threads
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm(self) -> None:
        """Start the process in the background, so that the first question need not wait for it."""
        threading.Thread(target=self._warm, name="desk", daemon=True).start()

    def ask(
        self,
        question: str,
        values: Mapping[str, Any] | None = None,
        arrays: Arrays | None = None,
        *,
        time_limit_s: float = TIME_LIMIT_S,
    ) -> Frame:
        """The answer to ``question``; waits for its turn.

        Raises:
            ResnetVizError: the question was refused; code and sentence say why.
            Unanswered: the process died or took longer than ``time_limit_s``.
        """
        with self._turn:
            process = self._started()
            overdue = threading.Timer(time_limit_s, process.kill)
            overdue.start()
            try:
                write_frame(_pipe(process.stdin), {"ask": question, **(values or {})}, arrays or {})
                answer = read_frame(_pipe(process.stdout))
            except (OSError, EOFError):
                answer = None
            finally:
                in_time = not overdue.finished.is_set()
                overdue.cancel()
            if answer is None:
                self._let_go()
                raise _unanswered(in_time, time_limit_s)
        refusal = answer.values.get("refusal")
        if refusal is not None:
            raise ResnetVizError(refusal["code"], refusal["template"], **refusal["parameters"])
        return Frame(answer.values["answer"], answer.arrays)

    def close(self) -> None:
        """End the process; questions asked afterwards are not answered."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._let_go()

    def _warm(self) -> None:
        with self._turn:
            try:
                self._started()
            except Unanswered:
                _log.exception("the desk did not open")

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._let_go()
        if self._closed:
            raise _unanswered(True, TIME_LIMIT_S)
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
        try:
            ready = read_frame(_pipe(self._process.stdout))
        except EOFError:
            ready = None
        if ready is None:
            self._let_go()
            raise _unanswered(True, TIME_LIMIT_S)
        return self._process

    def _let_go(self) -> None:
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


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _unanswered(in_time: bool, limit_s: float) -> Unanswered:
    if not in_time:
        return Unanswered(
            "took_too_long",
            N_("This took longer than {limit} s and was given up; choose a cheaper method or smaller image."),
            limit=round(limit_s),
        )
    return Unanswered("desk_died", N_("The process that answers this ended unexpectedly; please try again."))
