"""A process that answers one question at a time, started when it is first needed."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.processes.child import Child, Fault, NoAnswer


class Unanswered(ResnetVizError):
    """The question could not be answered; the message says why."""


class Lane:
    """One process that answers one question after the other; safe to ask from several threads.

    It is started at the first question, and anew after one that it did not
    survive or did not answer in time.

    Args:
        home: folder of the history, where runs and data sets are.
        threads: CPU threads to compute with.
        idle_s: after so long without a question the process ends and gives its
            memory back; None: it stays.
        module: answers in place of the real one.
    """

    def __init__(
        self, home: Path, *, threads: int, idle_s: float | None = None, module: str | None = None
    ) -> None:
        self._home = home
        self._threads = threads
        self._idle_s = idle_s
        self._module = module
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._asked_about: set[str] = set()
        self._closed = False
        self._idle = threading.Timer(0, lambda: None)

    @property
    def pid(self) -> int | None:
        """The process id; None while no process is needed."""
        child = self._child
        return None if child is None else child.pid

    @property
    def is_there(self) -> bool:
        """Whether its process lives."""
        child = self._child
        return child is not None and child.exit_code is None

    def has_loaded(self, network: str) -> bool:
        """Whether its process has been asked about ``network``, and so has it in memory."""
        return self.is_there and network in self._asked_about

    def start(self, time_limit_s: float) -> None:
        """Have the process ready for the first question; raises `Unanswered`."""
        with self._in_turn(time_limit_s) as child:
            child.await_ready()

    def ask(self, question: str, values: Mapping[str, Any], arrays: Arrays, time_limit_s: float) -> Frame:
        """The answer to ``question``; waits for its turn.

        ``time_limit_s`` begins with the turn and includes starting the process.

        Raises:
            ResnetVizError: the question was refused; code and sentence say why.
            Unanswered: the process died or took longer.
        """
        with self._in_turn(time_limit_s) as child:
            if "model" in values:
                self._asked_about.add(values["model"])
            return child.ask(question, values, arrays)

    def close(self) -> None:
        """End the process; questions asked afterwards are not answered."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        with self._turn:
            self._let_go()

    @contextmanager
    def _in_turn(self, time_limit_s: float) -> Iterator[Child]:
        """The process, for one question; what goes wrong is put into words."""
        with self._turn:
            self._idle.cancel()
            child = self._started()
            try:
                with child.deadline(time_limit_s):
                    yield child
            except Fault as fault:
                raise ResnetVizError(
                    "internal",
                    N_("This could not be computed because of a bug in ResNet Viz; details are in {log}."),
                    log=str(child.log),
                ) from fault
            except NoAnswer as none:
                raise (_late(time_limit_s) if none.is_overdue else _died()) from none
            finally:
                if child.is_overdue or child.exit_code is not None:
                    self._let_go()
                elif self._idle_s is not None:
                    self._idle = threading.Timer(self._idle_s, self._end_idle)
                    self._idle.daemon = True
                    self._idle.start()

    def _started(self) -> Child:
        if self._child is not None and self._child.exit_code is not None:
            self._let_go()
        if self._child is None:
            self._asked_about = set()
            self._child = Child("explain", home=self._home, threads=self._threads, module=self._module)
        child = self._child
        if self._closed:  # perhaps meanwhile: who closes may have found no process to end
            self._let_go()
            raise _died()
        return child

    def _end_idle(self) -> None:
        if self._turn.acquire(blocking=False):  # else somebody has just asked
            try:
                self._let_go()
            finally:
                self._turn.release()

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.close()


def _late(limit_s: float) -> Unanswered:
    return Unanswered(
        "took_too_long",
        N_("Cancelled after {limit} s; choose a faster method or a smaller image."),
        limit=round(limit_s),
    )


def _died() -> Unanswered:
    return Unanswered("process_died", N_("The process that computes this ended unexpectedly; try again."))
