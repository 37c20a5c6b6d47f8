"""One attempt at a measurement: what it yields goes into the store, its owner's wish comes out of it."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from importlib import import_module

from resnet_viz.errors import ResnetVizError, StoreUnavailable
from resnet_viz.events import Failure, RunState, Wish
from resnet_viz.jobs.messages import Measure as MeasureJob
from resnet_viz.jobs.worker.failures import measurement_failure_of
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.jobs.worker.recording import Recording
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench, Measure, Partial
from resnet_viz.processes.tasks import MEASUREMENTS, Workplace
from resnet_viz.store import Fenced, Store

FindMeasure = Callable[[str], Measure]

_WRITE_S = 0.25
_REPORT = "cannot record what there is so far: %s"

_log = logging.getLogger(__name__)


def measure_of(task: str) -> Measure:
    """What measures for a task of `tasks.MEASUREMENTS`; its module is imported with the first."""
    measure: Measure = import_module(MEASUREMENTS[task].module).measure
    return measure


class MeasurementAttempt:
    """Carries out one claimed measurement."""

    def __init__(
        self, store: Store, job: MeasureJob, inbox: Inbox, find_measure: FindMeasure, workplace: Workplace
    ) -> None:
        self._store = store
        self._id, self._attempt, slots = job
        self._bench = Bench(workplace.home, workplace.threads, slots)
        self._spec = store.measurements.get(job.measurement_id).spec
        self._inbox = inbox
        self._find_measure = find_measure
        self._log_file = workplace.log
        self._recording = Recording(inbox)
        self._stop = threading.Event()
        self._share = 0.0
        self._news: Frame | None = None  # what is not recorded yet
        self._written_at = float("-inf")

    def carry_out(self) -> bool:
        """Measure to the end, whatever that is; whether this process is fit for another job.

        Raises:
            StoreUnavailable: the end could not be recorded; the reaper will.
        """
        try:
            with self._recording.heart(self._report):
                is_whole = self._measure()
            if not is_whole and self._inbox.leaving.is_set() and not self._stop.is_set():
                self._recording.record(self._give_back)
            else:
                self._end(RunState.FINISHED if is_whole else RunState.STOPPED)
        except Fenced:
            _log.info("measurement %s is no longer ours", self._id)
        except StoreUnavailable:
            raise
        except Exception as error:
            _log.exception("measurement %s failed", self._id)
            self._fail(measurement_failure_of(error, self._log_file))
            return isinstance(error, ResnetVizError) and not _holds_accelerator()
        return not _holds_accelerator()

    def _measure(self) -> bool:
        """Whether it came to its end by itself."""
        measure = self._find_measure(self._spec.task)
        with closing(measure(self._spec.values, self._bench)) as partials:
            for partial in partials:
                self._take(partial)
                if self._stop.is_set() or self._inbox.leaving.is_set():
                    return False
        return True

    def _take(self, partial: Partial) -> None:
        self._share = partial.share
        if partial.values is not None:
            self._news = Frame(dict(partial.values), dict(partial.arrays or {}))
        now = time.monotonic()
        if self._news is None or now - self._written_at < _WRITE_S:
            return
        self._written_at = now
        try:
            self._report(self._news)
            self._news = None
            self._recording.works_again(_REPORT)
        except StoreUnavailable as error:
            self._recording.complain(_REPORT, error)

    def _report(self, result: Frame | None = None) -> None:
        wish = self._store.measurements.report(self._id, self._attempt, self._share, result)
        if wish is Wish.STOP:
            self._stop.set()

    def _give_back(self) -> None:
        self._report(self._news)
        self._store.measurements.give_back(self._id, self._attempt)

    def _end(self, state: RunState, failure: Failure | None = None) -> None:
        share = 1.0 if state is RunState.FINISHED else self._share
        end = self._store.measurements.end
        self._recording.record(
            lambda: end(self._id, self._attempt, state, share=share, result=self._news, failure=failure)
        )

    def _fail(self, failure: Failure) -> None:
        try:
            self._end(RunState.FAILED, failure)
        except Fenced:
            _log.info("measurement %s is no longer ours", self._id)


def _holds_accelerator() -> bool:
    """Only the end of the process gives its memory back."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    on_mps = torch.backends.mps.is_available() and torch.mps.current_allocated_memory() > 0
    return bool(torch.cuda.is_initialized() or on_mps)
