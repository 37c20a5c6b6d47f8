"""A short probe of this machine: how long steps take, timed in as many processes as would train at once.

Torch is imported in those processes alone.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import astuple
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any, Final

from resnet_viz.data.catalogue import info
from resnet_viz.errors import InvalidSetting, ResnetVizError
from resnet_viz.events import RunState
from resnet_viz.experiments.estimates import Calibration, Estimate, Sample, estimate, probed_depths
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.experiments import planned_cells
from resnet_viz.kept_files import read_kept, to_json, write_whole
from resnet_viz.locale import N_
from resnet_viz.networks.families import network_type
from resnet_viz.processes.child import Child, Fault, NoAnswer
from resnet_viz.store import Store

_TIME_LIMIT_S: Final = 300.0
_KEEP_S: Final = 24 * 3600.0


def estimate_sweep(store: Store, spec: Experiment, *, cold: bool = False) -> Estimate:
    """What it takes to train what ``spec`` lacks; the probe runs once a day for each recipe.

    Args:
        store: the history: what it has finished costs nothing.
        spec: the sweep.
        cold: whether the workers have to be started first, as on the command line.

    Raises:
        InvalidSetting: the recipe does not fit its data or this machine.
    """
    finished = {place.cell for place in planned_cells(store, spec) if place.state is RunState.FINISHED}
    missing = [cell for cell in spec.in_queue_order() if cell not in finished]
    capacity = Capacity.of(Machine.here())
    if not missing:
        return Estimate(0.0, 0.0, 0, 0, 0, 0)
    calibration = _calibrated(store.home, spec, capacity)
    slots = capacity.slots(calibration.device)
    test_size = info(spec.run.data.dataset).test_size
    return estimate(missing, calibration, slots=slots, test_size=test_size, cold=cold)


def needs_probe(store: Store, spec: Experiment) -> bool:
    """Whether `estimate_sweep` would have to time steps first."""
    return _known(store.home, spec, Capacity.of(Machine.here())) is None


def calibrate(home: Path, spec: Experiment, capacity: Capacity) -> Calibration:
    """Time a few steps at two depths of every family of ``spec``; takes seconds.

    Raises:
        InvalidSetting: the probe could not train these networks here.
    """
    specs = [
        (name, spec.run.but(network=network_type(name).network(spec.run.network, depth)))
        for depth in probed_depths(spec.depths)
        for name in spec.families
    ]
    runs = [[name, run.to_json()] for name, run in specs]
    results = _probe(home, runs, capacity.cpu_slots, capacity.cpu_threads)
    slots = capacity.slots(results[0]["device"])
    if slots != capacity.cpu_slots:
        results = _probe(home, runs, slots, capacity.cpu_threads)
    samples = [[Sample(**fields) for fields in result["samples"]] for result in results]
    return Calibration(
        tuple(_mean(same) for same in zip(*samples, strict=True)),
        fmean(result["start_s"] for result in results),
        results[0]["device"],
    )


def _probe(home: Path, runs: list[list[str]], slots: int, threads: int) -> list[dict[str, Any]]:
    """What ``slots`` processes at once found; their logs are in ``home``."""
    try:
        with ExitStack() as stack:
            children = [stack.enter_context(Child("time", home=home, threads=threads)) for _ in range(slots)]
            for child in children:
                stack.enter_context(child.deadline(_TIME_LIMIT_S))
                child.put("time", {"runs": runs})
            return [child.answer().values for child in children]
    except (Fault, NoAnswer, ResnetVizError) as error:
        raise InvalidSetting(
            "probe_failed",
            N_("The probe could not train these networks on this machine: {reason}"),
            reason=str(error)[:200],
        ) from error


def _calibrated(home: Path, spec: Experiment, capacity: Capacity) -> Calibration:
    """As `calibrate`, from a recent probe of the same recipe where there is one."""
    known = _known(home, spec, capacity)
    if known is not None:
        return known
    calibration = calibrate(home, spec, capacity)
    write_whole(_file_of(home, spec, capacity), to_json(Calibration, calibration))
    return calibration


def _known(home: Path, spec: Experiment, capacity: Capacity) -> Calibration | None:
    """A recent probe of the recipe of ``spec``, if one is kept that has all that an estimate needs."""
    file = _file_of(home, spec, capacity)
    if not _is_recent(file):
        return None
    known = read_kept(file, Calibration)
    if known is None or not _fits(known, spec):
        return None
    return known


def _fits(known: Calibration, spec: Experiment) -> bool:
    """Whether there is a sample of each family, of numbers that can be times."""
    there = {sample.family for sample in known.samples}
    numbers = [known.start_s, *(value for sample in known.samples for value in astuple(sample)[2:])]
    return there.issuperset(spec.families) and all(isfinite(number) and number >= 0 for number in numbers)


def _file_of(home: Path, spec: Experiment, capacity: Capacity) -> Path:
    """Where a probe of the recipe of ``spec`` is kept."""
    recipe = spec.but(depths=probed_depths(spec.depths), seeds=1)
    recipe = recipe.but(run=spec.run.but(train=spec.run.train.but(steps=100_000, seed=0)))
    return home / "calibrations" / f"{recipe.digest()}-{capacity.cpu_slots}x{capacity.cpu_threads}.json"


def _is_recent(file: Path) -> bool:
    return file.exists() and 0 <= time.time() - file.stat().st_mtime < _KEEP_S


def _mean(same: Sequence[Sample]) -> Sample:
    """The mean over processes, which slow each other down as trainings will."""
    seconds = {name: fmean(getattr(s, name) for s in same) for name in Sample.__slots__[2:-1]}
    memory_bytes = round(fmean(sample.memory_bytes for sample in same))
    return Sample(same[0].family, same[0].depth, **seconds, memory_bytes=memory_bytes)
