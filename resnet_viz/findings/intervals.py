"""What a handful of seeds says about the mean: Student's t-interval, without SciPy (0.4 s to import)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import atan, cos, fsum, inf, isfinite, pi, sin, sqrt

FEWEST = 3
"""An interval needs this many values. Of two it is 25 times as wide as they are apart: it tells nothing."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of ``count`` values and its 95 % confidence interval; no ends with fewer than `FEWEST`.

    ``p`` is the two-sided probability of a mean at least as far from zero by
    chance alone (Student's t); None without an interval.
    """

    mean: float
    low: float | None
    high: float | None
    count: int
    p: float | None = None

    def excludes_zero(self) -> bool:
        """Whether zero lies outside; never so without an interval."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def within(self, margin: float) -> bool:
        """Whether the whole interval lies strictly between -margin and +margin."""
        return self.low is not None and self.high is not None and -margin < self.low and self.high < margin


def t_interval(values: Sequence[float], bounds: tuple[float, float] = (-inf, inf)) -> Interval:
    """Mean and two-sided 95 % t-interval of ``values``; ``bounds``: what a mean cannot lie outside of.

    Raises:
        ValueError: no values, or one that is not finite.
    """
    if not values or not all(map(isfinite, values)):
        raise ValueError("an interval needs at least one value, all of them finite")
    count = len(values)
    mean = fsum(values) / count
    if count < FEWEST:
        return Interval(mean, None, None, count)
    error = sqrt(fsum((value - mean) ** 2 for value in values) / (count - 1) / count)
    reach = t_quantile(count - 1) * error
    low, high = max(mean - reach, bounds[0]), min(mean + reach, bounds[1])
    return Interval(mean, low, high, count, _by_chance(mean, error, count - 1))


def _by_chance(mean: float, error: float, freedom: int) -> float:
    if error == 0:
        return float(mean == 0)
    return 1 - _inside(abs(mean) / error, freedom)


@cache
def t_quantile(freedom: int) -> float:
    """The t that a Student variable with ``freedom`` degrees stays within with probability 0.95."""
    low, high = 1.9, 13.0  # normal limit 1.96; one degree of freedom 12.706
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < 0.95 else (low, middle)
    return (low + high) / 2


def _inside(t: float, freedom: int) -> float:
    """P(|T| < t), by the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    terms = [] if freedom == 1 else [term]
    for k in range(2 + odd, freedom - 1, 2):
        term *= (k - 1) / k * cos(angle) ** 2
        terms.append(term)
    return 2 / pi * (angle + sin(angle) * fsum(terms)) if odd else sin(angle) * fsum(terms)
