"""The quick sweep, end to end: do all cores work all the time, what does waiting add, was it foretold?"""

import os
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.race import wait_until
from benchmarks.result import Aim, Bench, Result
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.calibrate import estimate_sweep
from resnet_viz.jobs.experiments import cells_of, start_experiment
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import RunRecord, Store, open_store

_SWEEP = SWEEP.presets["quick"].spec


class Swept(NamedTuple):
    """Seconds: foretold, from asking to the last cell, from the first cell on; and what was spent on it."""

    expected_s: float
    total_s: float
    cells_s: float
    processor_s: float
    runs: list[RunRecord]


def quick_sweep(repetitions: int, folder: Path) -> Iterator[Result]:
    """With two workers waiting; it takes minutes, so that a third of the repetitions have to do."""
    busy = Result("cores busy with the cells, first to last", "%", aim=Aim("≥", 90))
    taken = Result("both places taken by a cell, first to last", "%", aim=Aim("≥", 90))
    over = Result("asked → all cells / (sum of the cells' own time / 2)", "×", aim=Aim("≤", 1.15))
    off = Result("estimate, off by", "%", aim=Aim("≤", 25))
    total = Result("asked → all cells", "s")
    updates = Result("share of the cells' time that updates weights", "%")
    for number in range(-(-repetitions // 3)):
        store = open_store(folder / f"sweep-{number}")
        swept = _sweep(store)
        store.close()
        own_s = _sum_of(swept.runs, "wall_s")
        total.values.append(swept.total_s)
        busy.values.append(100 * swept.processor_s / (swept.cells_s * _cores()))
        taken.values.append(100 * own_s / (2 * swept.cells_s))
        over.values.append(swept.total_s / (own_s / 2))
        off.values.append(100 * abs(swept.expected_s / swept.total_s - 1))
        updates.values.append(100 * _sum_of(swept.runs, "training_s") / own_s)
    yield from (busy, taken, over, off, total, updates)


def _sweep(store: Store) -> Swept:
    expected_s = estimate_sweep(store, _SWEEP).wall_s
    with Supervisor(store, warm=2) as supervisor:
        wait_until(lambda: supervisor.machine.torch != "")
        start = time.perf_counter()
        group = start_experiment(store, SWEEP, _SWEEP, owner="benchmark")
        supervisor.wake()
        wait_until(lambda: any(run.started_at for run in store.runs(group=group.id)))
        begun, spent_s = time.perf_counter(), _processor_s()
        wait_until(lambda: all(place.is_settled for place in cells_of(store, group)))
        end, spent_s = time.perf_counter(), _processor_s() - spent_s
    return Swept(expected_s, end - start, end - begun, spent_s, store.runs(group=group.id))


def _sum_of(runs: Sequence[RunRecord], fact: str) -> float:
    """Of all runs; raises KeyError where one has not finished."""
    return sum(float(run.facts[fact]) for run in runs)


def _processor_s() -> float:
    """Processor seconds of all processes that this one started, also of those that have ended."""
    living = sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children(recursive=True))
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return living + ended.ru_utime + ended.ru_stime


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


BENCHES = (Bench("sweep", "the quick sweep: busy cores, waiting, and its estimate", quick_sweep),)
