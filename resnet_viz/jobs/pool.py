"""The worker processes of one supervisor: hired as needed, replaced when they die."""

import logging
import time
from collections.abc import Callable, Collection

from resnet_viz.events import Failure
from resnet_viz.jobs.messages import Job
from resnet_viz.jobs.worker_process import WorkerProcess
from resnet_viz.locale import N_

_MOST_WAIT_S = 30.0
_TROUBLE = 3

_log = logging.getLogger(__name__)


class Pool:
    """Workers, spares among them; used by one thread.

    Args:
        hire: starts a worker.
        slots: most workers that compute at a time.
        spares: idle workers to keep ready within ``slots``.
    """

    def __init__(self, hire: Callable[[], WorkerProcess], slots: int, spares: int) -> None:
        self.slots = slots
        self.workers: list[WorkerProcess] = []
        self._hire = hire
        self._spares = spares
        self._failed_starts = 0
        self._hire_at = float("-inf")
        self._last_log = ""

    @property
    def trouble(self) -> Failure | None:
        """Why no worker comes up, once several have ended before they were ready."""
        if self._failed_starts < _TROUBLE:
            return None
        return Failure(
            "no_worker",
            N_("The processes that train cannot be started. Details are in {log}."),
            {"log": self._last_log},
        )

    def idle(self) -> list[WorkerProcess]:
        """Workers that wait for a job."""
        return [worker for worker in self.workers if worker.is_idle]

    def busy(self) -> list[WorkerProcess]:
        """Workers that have a job."""
        return [worker for worker in self.workers if worker.job]

    def is_starting(self) -> bool:
        """Whether a worker that is wanted is not ready yet; until then it loads the machine."""
        return any(not worker.ready and worker.leaving_since is None for worker in self.workers)

    def adjust(self, waiting: int, paused: Collection[str]) -> None:
        """Hire for ``waiting`` jobs and for spares, or let surplus idle workers go.

        A worker that holds a paused run (``paused``: their ids) does not compute.
        It counts as a spare when hiring, so that a pause starts no process.
        """
        holding = sum(isinstance(w.job, Job) and w.job.run_id in paused for w in self.workers)
        active = sum(worker.leaving_since is None for worker in self.workers) - holding
        running = len(self.busy()) - holding
        wanted = min(self.slots, running + max(self._spares - holding, waiting))
        for _ in range(wanted - active):
            if time.monotonic() < self._hire_at:
                return
            self.workers.append(self._hire())
        surplus = active - min(self.slots, running + max(self._spares, waiting))
        for worker in self.idle()[: max(0, surplus)]:
            worker.leave()

    def welcome(self, worker: WorkerProcess) -> None:
        """``worker`` is ready."""
        worker.ready = True
        self._failed_starts = 0
        self._hire_at = float("-inf")

    def bury(self, worker: WorkerProcess) -> None:
        """``worker`` has ended; one that never got ready delays the next attempt."""
        self.workers.remove(worker)
        if not worker.ready and worker.leaving_since is None:
            self._failed_starts += 1
            self._last_log = str(worker.log)
            self._hire_at = time.monotonic() + min(_MOST_WAIT_S, 2.0**self._failed_starts)
            _log.error("a worker ended before it was ready (exit code %s): %s", worker.exit_code, worker.log)
        worker.close()

    def dismiss(self) -> None:
        """Tell all to leave; those still starting have nothing to finish and end at once."""
        for worker in self.workers:
            worker.leave()
            if not worker.ready:
                worker.kill()
