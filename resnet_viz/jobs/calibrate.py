"""What a sweep will take on this machine: the measurement "time" of its recipe, and the estimate from it.

One measurement serves all sweeps of a recipe, whatever their steps and seeds.
"""

from collections.abc import Sequence
from dataclasses import astuple
from math import isfinite
from typing import Any

from pydantic import TypeAdapter, ValidationError

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import Failure, RunState
from resnet_viz.experiments.estimates import Calibration, Estimate, estimate, probed_depths
from resnet_viz.experiments.experiment import Cell, Experiment
from resnet_viz.jobs import measurements
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.experiments import planned_cells
from resnet_viz.locale import N_
from resnet_viz.networks.families import depths_at
from resnet_viz.store import COMMAND_LINE, MeasurementRecord, Store

_CALIBRATION: TypeAdapter[Calibration] = TypeAdapter(Calibration)


def estimate_sweep(store: Store, spec: Experiment, *, cold: bool = False) -> Estimate:
    """What it takes to train what ``spec`` lacks; its recipe is timed here and now where nobody has.

    Args:
        store: the history: what it has finished costs nothing.
        spec: the sweep.
        cold: whether the workers have to be started first, as on the command line.

    Raises:
        InvalidSetting: the recipe does not fit its data or this machine.
    """
    missing = _missing(store, spec)
    if not missing:
        return _estimate(missing, None, cold=cold)
    record = known_probe(store, spec)
    calibration = _calibration_of(record, spec)
    if calibration is None:
        record = measurements.carry_out_here(store, ask_for_probe(store, spec, COMMAND_LINE).id)
        calibration = _calibration_of(record, spec)
    if calibration is None:
        raise _refusal(record)
    return _estimate(missing, calibration, cold=cold)


def known_estimate(store: Store, spec: Experiment) -> Estimate | None:
    """The same where the recipe has been timed in the last day, or nothing is missing; else None.

    Raises:
        InvalidSetting: the recipe does not fit its data.
    """
    missing = _missing(store, spec)
    calibration = _calibration_of(known_probe(store, spec), spec) if missing else None
    return None if missing and calibration is None else _estimate(missing, calibration)


def known_probe(store: Store, spec: Experiment) -> MeasurementRecord | None:
    """The measurement of the recipe of ``spec`` that is under way or has ended in the last day."""
    return measurements.known(store, "time", _values(spec), device=spec.run.train.device)


def ask_for_probe(store: Store, spec: Experiment, owner: str) -> MeasurementRecord:
    """Have the recipe of ``spec`` timed, unless that is under way or known; raises `InvalidSetting`."""
    known = known_probe(store, spec)
    unfit = known is not None and _calibration_of(known, spec) is None
    device = spec.run.train.device
    return measurements.ask(store, "time", _values(spec), owner, device=device, anew=unfit)


def _missing(store: Store, spec: Experiment) -> list[Cell]:
    finished = {place.cell for place in planned_cells(store, spec) if place.state is RunState.FINISHED}
    return [cell for cell in spec.in_queue_order() if cell not in finished]


def _estimate(missing: Sequence[Cell], calibration: Calibration | None, *, cold: bool = False) -> Estimate:
    if calibration is None:
        return Estimate(0.0, 0.0, 0, 0, 0, 0)
    slots = Capacity.of(Machine.here()).slots(calibration.device)
    return estimate(missing, calibration, slots=slots, cold=cold)


def _values(spec: Experiment) -> dict[str, Any]:
    """What to time: a network of each family at two depths, and on how much of this machine."""
    capacity = Capacity.of(Machine.here())
    # One timing serves all: the first steps of a long training cost what those of a short one do.
    recipe = spec.run.but(train=spec.run.train.but(steps=100_000, seed=0))
    runs = [
        [name, recipe.but(network=spec.network(name, at[name])).to_json()]
        for depth in probed_depths(spec.depths)
        for at in (depths_at(depth, spec.families, recipe.network),)
        for name in spec.families
    ]
    return {"runs": runs, "slots": capacity.cpu_slots, "threads": capacity.cpu_threads}


def _calibration_of(record: MeasurementRecord | None, spec: Experiment) -> Calibration | None:
    """What was measured, where that has a sample of each family, of numbers that can be times."""
    if record is None or record.state is not RunState.FINISHED or record.result is None:
        return None
    try:
        found = _CALIBRATION.validate_python(record.result.values)
    except ValidationError:
        return None  # of another version
    numbers = [found.start_s, *(value for sample in found.samples for value in astuple(sample)[2:])]
    is_sound = all(isfinite(number) and number >= 0 for number in numbers)
    there = {sample.family for sample in found.samples}
    return found if is_sound and there.issuperset(spec.families) else None


def _refusal(record: MeasurementRecord | None) -> InvalidSetting:
    failure = record.failure if record is not None else None
    if failure is None:
        failure = Failure("probe_stopped", N_("Timing steps on this machine was stopped; try again."), {})
    return InvalidSetting(failure.code, failure.template, **failure.parameters)
