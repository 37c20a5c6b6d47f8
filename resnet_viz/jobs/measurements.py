"""Ask for a measurement: what is known is taken up again, what is not is queued and kept.

A supervisor carries out what waits (`worker.measurement`); a page asks, and
looks at the record until it has ended. Who has no supervisor, as on the command
line, has it carried out here and now.
"""

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from resnet_viz.events import RunState
from resnet_viz.jobs.capacity import Capacity, Machine, this_machine
from resnet_viz.jobs.messages import Done, Measure, Message
from resnet_viz.jobs.reaper import end_measurement
from resnet_viz.jobs.signs_of_life import SignsOfLife
from resnet_viz.jobs.worker_process import WorkerProcess
from resnet_viz.processes.tasks import MEASUREMENTS
from resnet_viz.store import MeasurementRecord, MeasurementSpec, Store

_LOOK_S: Final = 0.2
_LEAVE_S: Final = 5.0
_UNTOLD_SLOTS: Final = 0
_UNKNOWN_S: Final = 30 * 86_400.0
"""Measurements of tasks that only another version of this app knows are kept as long."""


def known(
    store: Store, task: str, values: Mapping[str, Any], *, device: str = "auto"
) -> MeasurementRecord | None:
    """The measurement of ``values`` that is under way or has ended and is not too old; None where none is."""
    return store.measurements.known(_spec(task, values, device), since_s=MEASUREMENTS[task].keep_s)


def ask(
    store: Store,
    task: str,
    values: Mapping[str, Any],
    owner: str,
    *,
    device: str = "auto",
    anew: bool = False,
) -> MeasurementRecord:
    """The measurement of ``values``; queued for ``owner`` where none is under way or finished.

    Args:
        store: the history; wake its supervisor afterwards for a quick start.
        task: its name in `tasks.MEASUREMENTS`.
        values: what to measure, as JSON has it.
        owner: who asks; owners take turns.
        device: what it computes on, as in a run's spec.
        anew: measure even if one has finished.
    """
    since_s = MEASUREMENTS[task].keep_s
    return store.measurements.ask(_spec(task, values, device), owner, since_s=since_s, anew=anew)


def carry_out_here(store: Store, measurement_id: str, *, engine: str | None = None) -> MeasurementRecord:
    """Have a measurement carried out without a supervisor, in a process started for it, and wait for it.

    Where somebody else on this history is faster, wait for theirs. Interrupted,
    it is stopped. ``engine`` is a module that computes in place of the real ones.

    Raises:
        NotFound: there is no such measurement.
    """
    signs = SignsOfLife(store)
    while not (record := store.measurements.get(measurement_id)).state.is_finished():
        if record.state is RunState.QUEUED:
            _carry_out(store, record, engine)
        else:
            time.sleep(_LOOK_S)
            signs.look()
    return record


def remove_old(store: Store) -> int:
    """Remove the results that are too old to be taken up; how many there were."""
    return store.measurements.purge({name: task.keep_s for name, task in MEASUREMENTS.items()}, _UNKNOWN_S)


def _carry_out(store: Store, record: MeasurementRecord, engine: str | None) -> None:
    let_go, ended = threading.Event(), threading.Event()

    def hear(_worker: WorkerProcess, message: Message | None) -> None:
        if isinstance(message, Done | None):
            let_go.set()
        if message is None:
            ended.set()

    worker = WorkerProcess(
        home=store.home,
        database=store.url,
        threads=Capacity.of(Machine.here()).cpu_threads,
        report=hear,
        engine=engine,
        task="measure",
    )
    try:
        attempt = store.measurements.claim(record.id, worker.name, 1)
        if attempt is not None:
            worker.give(Measure(record.id, attempt, _UNTOLD_SLOTS))
            let_go.wait()
    except BaseException:
        store.measurements.stop(record.id)
        raise
    finally:
        worker.leave()
        if not ended.wait(_LEAVE_S):
            worker.kill()
            ended.wait()
        worker.close()
        end_measurement(store, worker)


def _spec(task: str, values: Mapping[str, Any], device: str) -> MeasurementSpec:
    kind = MEASUREMENTS[task]
    return MeasurementSpec(task, values, this_machine() if kind.of_machine else "", device, kind.fills)
