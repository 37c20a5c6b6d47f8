"""Workers that are gone, silent, deaf or never ready: they and their jobs get an end that says so."""

import logging
import time

from resnet_viz.events import Desired, Failure, RunState, StateChanged, Wish
from resnet_viz.jobs.messages import Job, Measure
from resnet_viz.jobs.pool import Pool
from resnet_viz.jobs.signs_of_life import SignsOfLife
from resnet_viz.jobs.worker_process import WorkerProcess
from resnet_viz.locale import N_
from resnet_viz.store import Fenced, Heartbeat, Store

_LOOK_S = 1.0
_DEAF_S = 20.0
_START_S = 300.0

_log = logging.getLogger(__name__)


class Reaper:
    """Looks after the runs of a history, and after a pool's own most closely; used by one thread."""

    def __init__(self, store: Store, pool: Pool) -> None:
        self._store = store
        self._pool = pool
        self._signs = SignsOfLife(store)
        self._looked_at = float("-inf")
        self._unwanted_since: dict[str, float] = {}
        self._paused_since: dict[str, float] = {}

    def look(self) -> None:
        """Once a second: reap silent runs, kill useless workers, end the longest of too many pauses."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S:
            return
        self._signs.look()
        self._check_pool()
        self._looked_at = now

    def ended(self, worker: WorkerProcess) -> None:
        """``worker`` has ended, and with it the job it had; one it had not begun is queued again."""
        if not isinstance(worker.job, Job):
            end_measurement(self._store, worker)
            return
        run_id, attempt, *_ = worker.job
        stopped = self._store.run(run_id).desired.wish is Wish.STOP
        end = StateChanged(RunState.STOPPED) if stopped else StateChanged(RunState.LOST, _loss(worker))
        try:
            self._store.append(run_id, attempt, [end])
        except Fenced:
            return  # it had recorded its end, or somebody else has
        if not worker.has_begun and not stopped:
            self._store.resume(run_id)
            return
        _log.warning("run %s ended with its worker (exit code %s)", run_id, worker.exit_code)

    def _check_pool(self) -> None:
        now = time.monotonic()
        for worker in self._pool.workers:
            if worker.leaving_since is not None and now - worker.leaving_since >= _DEAF_S:
                _log.warning("worker %s does not end and is killed", worker.name)
                worker.kill()
            elif not worker.ready and now - worker.started_at >= _START_S:
                _log.warning("worker %s does not get ready and is killed", worker.name)
                worker.kill()
        unwanted, paused = {}, {}
        for worker in self._pool.busy():
            assert worker.job is not None
            job_id, attempt, *_ = worker.job
            held, state, wish = self._standing(worker.job)
            if held != attempt or state.is_finished() or wish is Wish.STOP:
                unwanted[job_id] = self._unwanted_since.get(job_id, now)
                if now - unwanted[job_id] >= _DEAF_S:
                    _log.warning("worker %s does not let go of %s and is killed", worker.name, job_id)
                    worker.kill()
            elif state is RunState.PAUSED:
                paused[job_id] = self._paused_since.get(job_id, now)
        self._unwanted_since, self._paused_since = unwanted, paused
        # Each paused run keeps a process with its network in memory.
        if len(paused) > 2 * self._pool.slots:
            longest = min(paused, key=paused.__getitem__)
            _log.info("run %s has been paused for long and is stopped", longest)
            self._store.set_desired(longest, Desired(Wish.STOP))

    def _standing(self, job: Job | Measure) -> tuple[int, RunState, Wish]:
        """The attempt that holds it, where it stands, and what its owner wants."""
        if isinstance(job, Job):
            run = self._store.run(job.run_id)
            return run.attempt, run.state, run.desired.wish
        measurement = self._store.measurements.get(job.measurement_id)
        return measurement.attempt, measurement.state, measurement.wish


def end_measurement(store: Store, worker: WorkerProcess) -> None:
    """The measurement of a worker that has ended, unless it had let go of it, is queued again or lost."""
    if not isinstance(worker.job, Measure):
        return
    measurement = store.measurements.get(worker.job.measurement_id)
    if measurement.heartbeat_at is None:
        return  # given back
    last = Heartbeat(measurement.id, worker.job.attempt, measurement.heartbeat_at)
    if store.measurements.lose(last, _measurement_loss(worker)):
        _log.warning("measurement %s ended with its worker (exit code %s)", last.run_id, worker.exit_code)


def _measurement_loss(worker: WorkerProcess) -> Failure:
    code = worker.exit_code
    if code is not None and code < 0:
        return Failure(
            "worker_killed",
            N_(
                "The process that measured this was ended from outside (signal {signal}), which the "
                "system also does when memory runs out. Choose something smaller, or try again."
            ),
            {"signal": -code},
        )
    return Failure(
        "worker_died",
        N_("The process that measured this ended unexpectedly. Details are in {log}. Try again."),
        {"log": str(worker.log)},
    )


def _loss(worker: WorkerProcess) -> Failure:
    code = worker.exit_code
    if code is not None and code < 0:
        return Failure(
            "worker_killed",
            N_(
                "The process that trained this run was ended from outside (signal {signal}), which the "
                "system also does when memory runs out. The run can be continued."
            ),
            {"signal": -code},
        )
    return Failure(
        "worker_died",
        N_(
            "The process that trained this run ended unexpectedly. Details are in {log}. The run can "
            "be continued."
        ),
        {"log": str(worker.log)},
    )
