"""Two lanes for short questions: two visitors are answered side by side, whatever befalls one of them."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, Final

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.lane import Lane
from resnet_viz.processes.channel import Arrays, Frame

_START_S: Final = 300.0
_PATIENCE_S: Final = 0.3
"""Most questions are answered sooner; a process costs seconds and half a gigabyte."""


class ShortLanes:
    """One lane that stays, and a second one for as long as it is needed; safe to ask from several threads.

    Where somebody has waited for a moment for the first, the second is made ready;
    who waits is answered by whichever is free first. So nobody waits for a process
    that has yet to import everything where one that is warm is quicker. Of two
    free lanes the one is asked that has the network in memory.

    Args:
        home: folder of the history, where runs and data sets are.
        threads: CPU threads that each computes with.
        idle_s: after so long without a question the second lane's process ends.
        module: answers in place of the real one.
        first_question: asked of a process that is made ready, so that it has loaded what most need.
    """

    def __init__(
        self, home: Path, *, threads: int, idle_s: float, module: str | None, first_question: str | None
    ) -> None:
        self._first = Lane(home, threads=threads, module=module)
        self._second = Lane(home, threads=threads, idle_s=idle_s, module=module)
        self._first_question = first_question
        self._free = threading.Condition()
        self._busy: set[Lane] = set()

    @property
    def pids(self) -> list[int]:
        """The processes there are."""
        return [pid for lane in (self._first, self._second) if (pid := lane.pid) is not None]

    def start(self, time_limit_s: float) -> None:
        """Have the first process ready for the first question; raises `Unanswered`."""
        self._first.start(time_limit_s)

    def ask(self, question: str, values: Mapping[str, Any], arrays: Arrays, time_limit_s: float) -> Frame:
        """The answer to ``question``; waits until a lane is free. As `Lane.ask`."""
        with self._taken(values.get("model", "")) as lane:
            return lane.ask(question, values, arrays, time_limit_s)

    def close(self) -> None:
        """End the processes; questions asked afterwards are not answered."""
        self._first.close()
        self._second.close()

    @contextmanager
    def _taken(self, network: str) -> Iterator[Lane]:
        has_asked = False
        with self._free:
            patient_until = monotonic() + _PATIENCE_S
            while (lane := self._choose(network)) is None:
                left_s = patient_until - monotonic()
                if left_s <= 0 and not has_asked:
                    has_asked = True
                    self._have_ready(self._second)
                self._free.wait(None if has_asked else max(left_s, 0.0))
            self._busy.add(lane)
        try:
            yield lane
        finally:
            with self._free:
                self._let_go(lane)
                if self._second.is_there:  # and would answer everything until it ends
                    self._have_ready(self._first)

    def _choose(self, network: str) -> Lane | None:
        """The lane that can answer soonest of those that are free, if one is."""
        free = [lane for lane in (self._first, self._second) if lane not in self._busy]
        usable = [lane for lane in free if lane is self._first or lane.is_there]
        return max(usable, key=lambda lane: (lane.has_loaded(network), lane.is_there), default=None)

    def _have_ready(self, lane: Lane) -> None:
        """Start the process of ``lane`` in the background, unless it is there or on its way."""
        if not lane.is_there and lane not in self._busy:
            self._busy.add(lane)
            threading.Thread(target=self._make_ready, args=(lane,), name="lane", daemon=True).start()

    def _make_ready(self, lane: Lane) -> None:
        try:
            lane.start(_START_S)
            if self._first_question is not None:
                lane.ask(self._first_question, {}, {}, _START_S)
        except ResnetVizError:
            pass  # the log of the process says why; who waits is answered by the other lane
        finally:
            with self._free:
                self._let_go(lane)

    def _let_go(self, lane: Lane) -> None:
        self._busy.discard(lane)
        self._free.notify_all()
