"""What a sweep will cost: time, memory and work, from a few steps timed on this machine.

The time of a step is a straight line over depth: the layers of a family are
alike, and each costs what the one before it cost. A probe times it at two
depths of each family; `estimate` draws the lines and places the cells on the
machine's slots as the queue will.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.experiments.experiment import Cell
from resnet_viz.networks.families import multiply_adds
from resnet_viz.specs import TrainSpec

BACKWARD = 2
"""The backward pass multiplies about twice as much as the forward pass: once for the gradient of a
layer's input, once for that of its weights."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was timed at one depth of a family: one update, one test of all test images, one look at the
    layers, one checkpoint, and setting up; ``memory_bytes`` is the most the process has held until then."""

    family: str
    depth: int
    update_s: float
    evaluate_s: float
    probe_s: float
    keep_s: float
    set_up_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Samples at one or two depths of each family; ``start_s``: until a worker process is ready."""

    samples: tuple[Sample, ...]
    start_s: float
    device: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """``wall_s`` from start to end, ``training_s`` the sum over runs, memory of all runs at a time.

    ``multiply_adds`` counts training (forward, and `BACKWARD` times that) and testing.
    """

    wall_s: float
    training_s: float
    memory_bytes: int
    runs: int
    steps: int
    multiply_adds: int


def estimate(cells: Sequence[Cell], calibration: Calibration, *, slots: int, cold: bool) -> Estimate:
    """The cost of training ``cells`` in this order, ``slots`` at a time.

    Args:
        cells: what is still to be trained, in the order of the queue.
        calibration: with samples of every family in ``cells``.
        slots: how many runs train at once.
        cold: whether the workers have to be started first.
    """
    times = [cell_seconds(cell, calibration) for cell in cells]
    memory = sorted((_at(cell, calibration, "memory_bytes") for cell in cells), reverse=True)[:slots]
    start_s = calibration.start_s if cold and cells else 0.0
    return Estimate(
        wall_s=start_s + _makespan(times, slots),
        training_s=sum(times),
        memory_bytes=round(sum(memory)),
        runs=len(cells),
        steps=sum(cell.run.train.steps for cell in cells),
        multiply_adds=work(cells),
    )


def work(cells: Iterable[Cell]) -> int:
    """Multiply-adds to train ``cells``, tests included; known without timing anything."""
    total = 0
    for cell in cells:
        train = cell.run.train
        tested = evaluations(train) * info(cell.run.data.dataset).test_size
        images = train.steps * train.batch_size * (1 + BACKWARD) + tested
        total += images * multiply_adds(cell.run.network, shape_of(cell.run.data))
    return total


def cell_seconds(cell: Cell, calibration: Calibration) -> float:
    """How long one cell trains, set-up, tests and checkpoints included."""
    train = cell.run.train
    return (
        _at(cell, calibration, "set_up_s")
        + train.steps * _at(cell, calibration, "update_s")
        + evaluations(train) * _at(cell, calibration, "evaluate_s")
        + probes(train) * _at(cell, calibration, "probe_s")
        + 2 * _at(cell, calibration, "keep_s") * (1 + len(str(train.steps)))
    )


def evaluations(train: TrainSpec) -> int:
    """How often a run is tested: at intervals, and at its end."""
    return train.steps // train.evaluate_every + (train.steps % train.evaluate_every > 0)


def probes(train: TrainSpec) -> int:
    """How often a run looks at its layers: before the first step, at intervals, and at its end."""
    return 1 + train.steps // train.probe_every + (train.steps % train.probe_every > 0)


def probed_depths(depths: Sequence[int]) -> tuple[int, ...]:
    """Where to time: the shallowest depth and the deepest, but none over six times as deep if avoidable."""
    first, *deeper = sorted(set(depths))
    if not deeper:
        return (first,)
    return first, max([depth for depth in deeper if depth <= 6 * first], default=deeper[0])


def _at(cell: Cell, calibration: Calibration, quantity: str) -> float:
    """``quantity`` at the cell's depth: on the line through its family's samples, never falling."""
    known = sorted(
        (s.depth, float(getattr(s, quantity))) for s in calibration.samples if s.family == cell.family
    )
    (depth, value), (far_depth, far_value) = known[0], known[-1]
    slope = max(0.0, (far_value - value) / (far_depth - depth)) if far_depth > depth else 0.0
    return max(0.0, value + slope * (cell.depth - depth))


def _makespan(times: Sequence[float], slots: int) -> float:
    """When the last of ``times`` ends if each starts, in order, as soon as a slot is free."""
    free = [0.0] * slots
    for seconds in times:
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)
