"""Final errors of a sweep's cells, and how sure a difference between two of them is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from resnet_viz.events import RunState
from resnet_viz.experiments.sweeps import CellHistory
from resnet_viz.findings.intervals import Interval, t_interval
from resnet_viz.findings.pairs import FINAL_STEPS
from resnet_viz.history import RunHistory

MARGIN = 0.02
"""Smallest difference of training errors that counts: two percentage points.

A final training error is counted on the images of the last 20 batches, 1,280
with batches of 64: chance alone moves it by 1.4 points (one standard deviation)
at an error of one half, and by 0.8 at one tenth.
"""


class Judged(StrEnum):
    """What a difference comes to."""

    HIGHER = "higher"
    LOWER = "lower"
    SAME = "same"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference of training errors over ``seeds`` and the interval it was judged by.

    With one seed that interval is over the last steps: noise between batches only.
    """

    mean: float
    tested: Interval
    seeds: int

    @property
    def judged(self) -> Judged:
        """Beyond chance and at least `MARGIN`, or surely below it, or neither."""
        if self.tested.excludes_zero() and abs(self.mean) >= MARGIN:
            return Judged.HIGHER if self.mean > 0 else Judged.LOWER
        return Judged.SAME if self.tested.within(MARGIN) else Judged.UNSURE


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """The finished seeds of one family at one depth: training errors of the last steps, per seed."""

    last: Mapping[int, npt.NDArray[np.float64]]
    test: Mapping[int, float]

    @property
    def train_error(self) -> float:
        """Mean over seeds of the final training error."""
        return float(np.mean([values.mean() for values in self.last.values()]))

    @property
    def test_error(self) -> float | None:
        """Mean over seeds of the final test error; None where nothing was evaluated."""
        return float(np.mean(list(self.test.values()))) if self.test else None

    def above(self, other: "Seeds") -> Difference | None:
        """This training error minus ``other``'s, over the seeds that both have; None without any."""
        common = sorted(self.last.keys() & other.last.keys())
        if not common:
            return None
        gaps = [float(self.last[seed].mean() - other.last[seed].mean()) for seed in common]
        if len(gaps) > 1:
            interval = t_interval(gaps)
            return Difference(interval.mean, interval, len(gaps))
        # The batches of one seed are the same at every depth and in every family.
        mine, theirs = self.last[common[0]], other.last[common[0]]
        length = min(len(mine), len(theirs))
        return Difference(gaps[0], t_interval((mine[-length:] - theirs[-length:]).tolist()), 1)


def final_train_error(history: RunHistory) -> float | None:
    """Share of training images not recognised, mean of the last `FINAL_STEPS` steps; None without any."""
    last = last_train_errors(history)
    return float(last.mean()) if len(last) else None


def final_test_error(history: RunHistory) -> float | None:
    """Share of test images not recognised at the last evaluation; None without one."""
    curve = history.series.get("test/accuracy")
    return 1 - float(curve.value[-1]) if curve is not None and len(curve) else None


def last_train_errors(history: RunHistory) -> npt.NDArray[np.float64]:
    """Training errors of the last `FINAL_STEPS` steps, float64 [≤ 20]."""
    curve = history.series.get("train/accuracy")
    return np.empty(0) if curve is None else 1 - curve.value[-FINAL_STEPS:]


def by_depth(cells: Sequence[CellHistory], family: str) -> dict[int, Seeds]:
    """The finished cells of ``family``, by ascending depth."""
    found: dict[int, tuple[dict[int, npt.NDArray[np.float64]], dict[int, float]]] = {}
    for cell in cells:
        if cell.family != family or cell.history.state is not RunState.FINISHED:
            continue
        last = last_train_errors(cell.history)
        if not len(last):
            continue
        train, test = found.setdefault(cell.depth, ({}, {}))
        train[cell.seed] = last
        test_error = final_test_error(cell.history)
        if test_error is not None:
            test[cell.seed] = test_error
    return {depth: Seeds(*found[depth]) for depth in sorted(found)}
