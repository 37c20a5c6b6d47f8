"""Admits queued runs and measurements up to the machine's capacity and keeps workers ready for them.

One thread decides everything; what it hears of its workers comes to it through
one inbox. Jobs are taken by compare-and-set in the store, so several
supervisors (a server and a command line) can share one history.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import replace
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import Failure, RunState
from resnet_viz.jobs.capacity import Capacity, Machine, freest, this_machine
from resnet_viz.jobs.fair_queue import in_turn
from resnet_viz.jobs.messages import Begun, Done, Job, Measure, Message, Ready
from resnet_viz.jobs.pool import Pool
from resnet_viz.jobs.reaper import Reaper
from resnet_viz.jobs.retries import Retries
from resnet_viz.jobs.worker_process import WorkerProcess
from resnet_viz.processes.child import remove_old_logs
from resnet_viz.store import QueueEntry, Store

_TICK_S = 0.5
_LEAVE_S = 15.0
_KILL_S = 5.0
_TROUBLED_S = 1.0

_log = logging.getLogger(__name__)


class Supervisor:
    """Runs the jobs of one history on this machine.

    Args:
        store: the history.
        capacity: how many runs train at once; by default what the machine carries.
        warm: idle workers to keep ready.
        engine: module that the workers compute with in place of the real one.
    """

    def __init__(
        self,
        store: Store,
        *,
        capacity: Capacity | None = None,
        warm: int = 2,
        engine: str | None = None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._machine = Machine.here()
        self._capacity = capacity or Capacity.of(self._machine)
        self._pool = Pool(self._hire, self._capacity.cpu_slots, warm)
        self._reaper = Reaper(store, self._pool)
        self._retries = Retries(store)
        self._inbox: SimpleQueue[tuple[WorkerProcess, Message | None] | None] = SimpleQueue()
        self._closing = threading.Event()
        self._outage: StoreUnavailable | None = None
        self._thread = threading.Thread(target=self._work, name="supervisor", daemon=True)
        self._devices: dict[str, str] = {}
        self._order_lock = threading.Lock()
        self._order: dict[str, int] = {}
        self._order_at = float("-inf")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def machine(self) -> Machine:
        """What this machine has; its devices are known once a worker is ready."""
        return self._machine

    @property
    def capacity(self) -> Capacity:
        """How many runs train at once."""
        return self._capacity

    @property
    def trouble(self) -> Failure | None:
        """Why queued runs don't start, if workers cannot be started; else None."""
        return self._pool.trouble

    @property
    def outage(self) -> StoreUnavailable | None:
        """Why the history could not be used just now, where it could not; else None."""
        return self._outage

    def start(self) -> None:
        """Start workers and admit runs from now on; returns at once."""
        remove_old_logs(self._store.home)
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now; call after queueing something."""
        self._inbox.put(None)

    def close(self) -> None:
        """Stop the running runs with a checkpoint, so that they can be resumed, and end all workers.

        Takes as long as the longest step and checkpoint, 20 s at most; a worker
        that takes longer is killed and its run is lost, which is resumable too.
        """
        self._closing.set()
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    def queue_position(self, job_id: str) -> int | None:
        """Place of a queued run or measurement, 1 for the next to start; None where it is not queued."""
        with self._order_lock:
            if time.monotonic() - self._order_at >= _TICK_S:
                known = self._store.queue.entries([RunState.QUEUED, RunState.RUNNING], this_machine())
                order = self._in_turn(_of(known, RunState.QUEUED), _of(known, RunState.RUNNING))
                self._order = {run.id: place for place, run in enumerate(order, 1)}
                self._order_at = time.monotonic()
            return self._order.get(job_id)

    def _hire(self) -> WorkerProcess:
        return WorkerProcess(
            home=self._store.home,
            database=self._store.url,
            threads=self._capacity.cpu_threads,
            engine=self._engine,
            report=lambda worker, message: self._inbox.put((worker, message)),
        )

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self._admit()
                self._hear(_TICK_S)
                self._reaper.look()
                self._retries.look()
                if self._outage is not None and self._store.can_write():
                    self._outage = None  # what has been done meanwhile may have been reading only
            except StoreUnavailable as error:
                # Often the same for minutes: a full disk, another program that holds the lock.
                if str(error) != str(self._outage):
                    _log.warning("the supervisor waits: %s", error)
                self._outage = error
                self._closing.wait(_TROUBLED_S)
            except Exception:
                # Whatever it is (the database restarts, a process cannot be forked): runs and
                # workers are still there, and must be looked after.
                _log.exception("the supervisor goes on after an error")
                self._closing.wait(_TROUBLED_S)
        self._dismiss()

    def _admit(self) -> None:
        held = self._store.queue.entries([RunState.RUNNING, RunState.PAUSED], this_machine())
        # Who has been told to go on needs its slot before it has said that it runs.
        at_work = [entry for entry in held if entry.state is RunState.RUNNING or entry.goes_on]
        waiting = self._admissible(at_work)
        given = 0
        holding = {entry.id for entry in held}
        for (entry, slots), worker in zip(waiting, self._pool.idle(), strict=False):
            self._give(worker, entry, slots, holding)
            holding.add(entry.id)
            given += 1
        self._pool.adjust(len(waiting) - given, {run.id for run in held if run not in at_work})

    def _give(self, worker: WorkerProcess, entry: QueueEntry, slots: int, holding: Set[str]) -> None:
        """Take it for ``worker``, unless another supervisor was faster; ``holding`` have not ended."""
        if entry.is_measurement:
            attempt = self._store.measurements.claim(entry.id, worker.name, slots)
            if attempt is not None:
                worker.give(Measure(entry.id, attempt, slots))
            return
        attempt = self._store.claim(entry.id, worker.name)
        if attempt is not None:
            worker.give(Job(entry.id, attempt, self._capacity.cpu_threads, self._gpu_for(entry, holding)))

    def _gpu_for(self, entry: QueueEntry, holding: Set[str]) -> int | None:
        """The GPU with the fewest runs, paused ones included: they keep their memory."""
        gpus = self._machine.count("cuda")
        if self._kind(entry) != "cuda" or not gpus:
            return None
        jobs = [worker.job for worker in self._pool.busy() if isinstance(worker.job, Job)]
        # A worker may take a moment to say that its run, already recorded as ended, is done.
        return freest(gpus, [job.gpu for job in jobs if job.run_id in holding])

    def _admissible(self, running: Sequence[QueueEntry]) -> list[tuple[QueueEntry, int]]:
        """What waits and has a free slot, the next one first, each with the slots that it takes."""
        self._devices |= self._devices_of(running)
        taken: Counter[str] = Counter()
        for entry in running:
            taken[self._kind(entry)] += entry.slots
        free = {kind for kind in self._kinds() if taken[kind] < self._capacity.slots(kind)}
        if not free:
            return []
        queued = self._store.queue.entries([RunState.QUEUED], this_machine())
        self._devices = self._devices_of([*running, *queued])
        # A device that this machine lacks has room too: a run that asks for it is told so by a worker.
        if all(taken[kind] >= self._capacity.slots(kind) for kind in map(self._kind, queued)):
            return []
        held = self._retries.held()
        chosen = []
        for entry in self._in_turn([entry for entry in queued if entry.id not in held], running):
            kind = self._kind(entry)
            left = self._capacity.slots(kind) - taken[kind]
            # Who takes all that is free measures how fast this machine is: not while workers start.
            if left > 0 and not (entry.fills and self._pool.is_starting()):
                slots = left if entry.fills else 1
                taken[kind] += slots
                chosen.append((entry, slots))
        return chosen

    def _in_turn(self, queued: Sequence[QueueEntry], running: Sequence[QueueEntry]) -> list[QueueEntry]:
        at_once = min((self._capacity.slots(self._kind(entry)) for entry in queued), default=1)
        return in_turn(queued, running, at_once)

    def _devices_of(self, entries: Sequence[QueueEntry]) -> dict[str, str]:
        """What the runs want to train on; each is asked once, since it stands in long specs."""
        runs = [entry for entry in entries if not entry.is_measurement]
        known = {run.id: self._devices[run.id] for run in runs if run.id in self._devices}
        new = [run.id for run in runs if run.id not in known]
        return known | self._store.queue.devices(new) if new else known

    def _kinds(self) -> set[str]:
        return {"cpu"} | {device.kind for device in self._machine.devices}

    def _kind(self, entry: QueueEntry) -> str:
        return self._machine.device_kind(entry.device or self._devices.get(entry.id, "auto"))

    def _hear(self, timeout_s: float) -> None:
        """Wait for news, and take in all there is."""
        try:
            news = self._inbox.get(timeout=timeout_s)
            while True:
                if news is not None:
                    self._take(*news)
                news = self._inbox.get_nowait()
        except Empty:
            return

    def _take(self, worker: WorkerProcess, message: Message | None) -> None:
        match message:
            case Ready(torch, devices):
                machine = replace(self._machine, torch=torch, devices=devices)
                # In this order: who sees the devices, from another thread, sees room for them.
                self._capacity = self._capacity.with_gpus(machine.count("cuda"))
                self._machine = machine
                self._pool.slots = sum(map(self._capacity.slots, self._kinds()))
                self._pool.welcome(worker)
            case Begun():
                worker.has_begun = True
            case Done(_, reusable):
                worker.job = None
                if not reusable:
                    worker.expect_end()
            case None:
                self._pool.bury(worker)
                self._reaper.ended(worker)

    def _dismiss(self) -> None:
        self._pool.dismiss()
        self._hear_out(_LEAVE_S)
        for worker in self._pool.workers:
            _log.warning("worker %s did not leave and is killed", worker.name)
            worker.kill()
        self._hear_out(_KILL_S)

    def _hear_out(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self._pool.workers and (left_s := deadline - time.monotonic()) > 0:
            try:
                self._hear(left_s)
            except Exception:
                _log.exception("closing goes on after an error")


def _of(runs: Sequence[QueueEntry], state: RunState) -> list[QueueEntry]:
    return [run for run in runs if run.state is state]
