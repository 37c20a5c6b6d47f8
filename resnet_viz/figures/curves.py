"""What curves over training share: smoothing, the mean over seeds with its band, thinning."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.findings.intervals import FEWEST, t_quantile
from resnet_viz.history import Curve

MOST_POINTS = 1000
"""No trace has more: a screen has no more columns to show them."""


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Mean over seeds: ``step`` int64 [n], ``mean`` float64 [n], over ``runs`` int32 [n] seeds.

    ``low`` and ``high`` float64 [n] end the 95 % t-interval of the mean; NaN
    where fewer than two seeds have come that far.
    """

    step: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    runs: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.step)


def steps_shown(curves: Iterable[Curve | Band]) -> int:
    """How many steps the longest of ``curves`` has, which are measured in steps counted from 0."""
    return max((int(curve.step[-1]) + 1 for curve in curves if len(curve)), default=0)


def trailing_mean(curve: Curve, window: int) -> Curve:
    """Each value replaced by the mean of the last ``window`` up to it (fewer at the start).

    It looks backwards only: what has been drawn does not change when new steps
    arrive, and the last value is the final loss as results state it. Unlike an
    exponential mean it forgets a spike after ``window`` steps.

    Raises:
        ValueError: ``window`` is less than 1.
    """
    if window < 1:
        raise ValueError("a mean needs at least one value")
    count = len(curve)
    if not count:
        return curve
    width = min(window, count)
    held = np.minimum(np.arange(1, count + 1), width)
    with np.errstate(invalid="ignore"):  # inf - inf is NaN, as it should be
        sums = np.convolve(curve.value, np.ones(width))[:count]
    return Curve(curve.step, sums / held)


def over_seeds(curves: Sequence[Curve], bounds: tuple[float, float] = (-np.inf, np.inf)) -> Band:
    """Mean and 95 % band over seeds, at every step that at least one seed has measured.

    A band needs `FEWEST` seeds; ``bounds`` are what the quantity cannot lie outside of.

    Values that are not finite (a diverged run's last) are left out; ``runs``
    says how many seeds each mean stands for.
    """
    if len(curves) == 1:
        finite = np.isfinite(curves[0].value)
        step, value = curves[0].step[finite], curves[0].value[finite]
        nothing = np.full(len(step), np.nan)
        return Band(step, value, nothing, nothing, np.ones(len(step), np.int32))
    step, grid = _on_common_steps(curves)
    known = np.isfinite(grid)
    runs = known.sum(axis=0, dtype=np.int32)
    if (runs == 0).any():
        step, grid, known, runs = step[runs > 0], grid[:, runs > 0], known[:, runs > 0], runs[runs > 0]
    mean = np.where(known, grid, 0).sum(axis=0) / runs
    squares = (np.where(known, grid - mean, 0) ** 2).sum(axis=0)
    quantiles = np.full(max(FEWEST, len(curves) + 1), np.nan)
    quantiles[FEWEST:] = [t_quantile(n - 1) for n in range(FEWEST, len(curves) + 1)]
    with np.errstate(invalid="ignore", divide="ignore"):  # one seed has no deviation: NaN
        reach = quantiles[runs] * np.sqrt(squares / (runs - 1) / runs)
    return Band(step, mean, np.maximum(mean - reach, bounds[0]), np.minimum(mean + reach, bounds[1]), runs)


def thinned(
    value: npt.NDArray[np.float64], most: int = MOST_POINTS, *, log: bool = False
) -> npt.NDArray[np.intp]:
    """Indices of at most ``most`` points that draw the same line as all of them.

    Of every so many points the lowest and the highest, and the last of all. How many is a power of two:
    while a curve grows, what was chosen stays chosen, until it has doubled. Points that cannot be drawn
    are left out, on the scale that is drawn, hence ``log``.
    """
    drawable = np.isfinite(value) & (value > 0) if log else np.isfinite(value)
    kept = np.flatnonzero(drawable)
    if len(kept) <= most:
        return kept
    width = 1 << int(np.ceil(np.log2(2 * len(kept) / (most - 3))))
    whole = len(kept) // width
    blocks = value[kept[: whole * width]].reshape(whole, width)
    first = np.arange(whole) * width
    rest = value[kept[whole * width :]]
    ends = [first + blocks.argmin(axis=1), first + blocks.argmax(axis=1), np.array([0, len(kept) - 1])]
    if len(rest):
        ends.append(whole * width + np.array([rest.argmin(), rest.argmax()]))
    indices: npt.NDArray[np.intp] = kept[np.unique(np.concatenate(ends))]
    return indices


def evenly(count: int, most: int) -> npt.NDArray[np.intp]:
    """Indices of at most ``most`` of ``count`` rows: evenly spaced from the first on, and the last.

    The spacing is a power of two, so that the choice stays while rows are added (see `thinned`).
    """
    spacing = 1 if count <= most else 1 << int(np.ceil(np.log2(count / (most - 1))))
    chosen = np.arange(0, count, spacing)
    return np.union1d(chosen, count - 1) if count else chosen


def _on_common_steps(
    curves: Sequence[Curve],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """All steps, and values [curves, steps] with NaN where a curve has none."""
    step = max((curve.step for curve in curves), key=len, default=np.empty(0, np.int64))
    # The usual case, runs that are equally far or behind each other, needs no sorting.
    if not all(np.array_equal(curve.step, step[: len(curve)]) for curve in curves):
        step = np.unique(np.concatenate([curve.step for curve in curves]))
    grid = np.full((len(curves), len(step)), np.nan)
    for row, curve in zip(grid, curves, strict=True):
        row[np.searchsorted(step, curve.step)] = curve.value
    return step, grid
