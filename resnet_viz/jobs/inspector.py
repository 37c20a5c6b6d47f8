"""Ask warm processes about networks: what they predict, how layers answer, where they look.

Short questions have two processes, long ones a third, so that nobody who wants
to see a prediction waits for somebody else's check of minutes, or for a
question that hangs.
"""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from resnet_viz.jobs.lane import Lane, Unanswered
from resnet_viz.jobs.short_lanes import ShortLanes
from resnet_viz.processes.channel import Arrays, Frame

__all__ = ["Inspector", "Unanswered"]

TIME_LIMIT_S: Final = 300.0
"""The checks of a large network take minutes on a small machine."""

_IDLE_S: Final = 120.0
"""A process holds half a gigabyte; all but the first are needed rarely."""


class Inspector:
    """Three processes, each started when it is first needed; safe to ask from several threads.

    They share nothing: each loads the networks that it is asked about.

    Args:
        home: folder of the history, where runs and data sets are.
        threads: CPU threads that each computes with.
        is_long: which questions, by name and values, may take longer than somebody
            with a short one should wait.
        idle_s: after so long without a question every process but the first ends.
        first_question: asked of a second process when it starts, see `ShortLanes`.
        module: answers in place of the real one.
    """

    def __init__(
        self,
        home: Path,
        *,
        threads: int = 2,
        is_long: Callable[[str, Mapping[str, Any]], bool] = lambda question, values: False,
        idle_s: float = _IDLE_S,
        first_question: str | None = None,
        module: str | None = None,
    ) -> None:
        self._is_long = is_long
        self._short = ShortLanes(
            home, threads=threads, idle_s=idle_s, module=module, first_question=first_question
        )
        self._long = Lane(home, threads=threads, idle_s=idle_s, module=module)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        long = self._long.pid
        return self._short.pids if long is None else [*self._short.pids, long]

    def warm(self) -> None:
        """Start the first process in the background, so that the first question need not wait for it."""
        threading.Thread(target=self._warm, name="inspector", daemon=True).start()

    def ask(
        self,
        question: str,
        values: Mapping[str, Any] | None = None,
        arrays: Arrays | None = None,
        *,
        time_limit_s: float = TIME_LIMIT_S,
    ) -> Frame:
        """The answer to ``question``; waits for its turn among questions of its kind.

        Raises:
            ResnetVizError: the question was refused; code and sentence say why.
            Unanswered: the process died or took longer than ``time_limit_s``.
        """
        values = values or {}
        lanes = self._long if self._is_long(question, values) else self._short
        return lanes.ask(question, values, arrays or {}, time_limit_s)

    def close(self) -> None:
        """End the processes; questions asked afterwards are not answered."""
        self._short.close()
        self._long.close()

    def _warm(self) -> None:
        try:
            self._short.start(TIME_LIMIT_S)
        except Unanswered:
            return  # the first question says so, and the log of the process why
