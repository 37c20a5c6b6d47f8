"""When a difference counts: one rule for races and for sweeps over depth.

The unit of evidence is a seed: both networks of a pair begin with the same
weights and see the same batches, and their difference is one value. One seed
describes, two show both values, from `FEWEST` on there is an interval and a
judgement.

A difference **is there** if its 95 % t-interval lies off zero, and it **matters**
if it reaches the margin: a share of what guessing scores, or, where both
networks are far better than that, a share of the smaller of the two. So
0.296 against 0.243 matters late in training, and 0.110 against 0.002 more so,
though both are less apart than 0.115, a twentieth of ln 10. Loss and error have
one rule, so that Race and Depth judge the same runs alike.

Measured, depth 8, eight seeds: losses 0.04 ± 0.03 apart at 0.6, a fifteenth of
the smaller; nobody would call that a difference in how well they train. An
interval that lies off zero and a mean below the margin is "a difference, but
whether it reaches the margin is open", unless the whole interval stays below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from resnet_viz.findings.intervals import Interval, t_interval

OF_GUESSING = 0.05
"""The smallest difference that counts, as a share of the loss or the error of guessing."""
OF_SMALLER = 0.2
"""Or as a share of the smaller of the two, where that is less."""
LEAST = 0.005
"""Less than this share of guessing never counts: 0.012 in a loss of ten classes, 0.45 points in an error."""
CONFIDENCE = 0.05
"""How often a claim may be wrong where nothing differs: of a race, or any of a sweep's claims together."""


class Outcome(StrEnum):
    """What a difference, first minus second, comes to."""

    NOT_JUDGED = "not_judged"
    HIGHER = "higher"
    LOWER = "lower"
    SAME = "same"
    OPEN = "open"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Difference:
    """First minus second, seed by seed: ``gaps``; ``first`` and ``second`` are means over the same seeds."""

    gaps: Mapping[int, float]
    first: float
    second: float
    margin: float
    interval: Interval

    @property
    def seeds(self) -> int:
        """How many seeds were compared."""
        return len(self.gaps)

    def outcome(self, *, is_there: bool | None = None) -> Outcome:
        """What it comes to; ``is_there``: whether it is beyond chance after correction for other claims."""
        if self.interval.p is None:
            return Outcome.NOT_JUDGED
        if self.interval.excludes_zero() if is_there is None else is_there:
            if abs(self.interval.mean) >= self.margin:
                return Outcome.HIGHER if self.interval.mean > 0 else Outcome.LOWER
            return Outcome.SAME if self.interval.within(self.margin) else Outcome.OPEN
        return Outcome.SAME if self.interval.within(self.margin) else Outcome.UNDECIDED


def difference(
    first: Mapping[int, float], second: Mapping[int, float], guess: float, most: float = inf
) -> Difference | None:
    """First minus second over the seeds that both have; None without any.

    Args:
        guess: the same quantity for a network that guesses.
        most: the largest difference possible; 1 for errors.
    """
    seeds = sorted(first.keys() & second.keys())
    if not seeds:
        return None
    gaps = {seed: first[seed] - second[seed] for seed in seeds}
    mine, theirs = (sum(values[seed] for seed in seeds) / len(seeds) for values in (first, second))
    interval = t_interval(list(gaps.values()), (-most, most))
    return Difference(gaps, mine, theirs, margin(min(mine, theirs), guess), interval)


def margin(smaller: float, guess: float) -> float:
    """The smallest difference that counts where the better of the two has ``smaller``."""
    return max(LEAST * guess, min(OF_GUESSING * guess, OF_SMALLER * smaller))


def beyond_chance(probabilities: Sequence[float | None]) -> list[bool]:
    """Which of several claims hold so that a wrong one is made in 5 % of cases at most (Holm 1979).

    ``probabilities``: of each by chance alone; None where it is not judged, which is no claim.
    """
    ranked = sorted((p, place) for place, p in enumerate(probabilities) if p is not None)
    held = [False] * len(probabilities)
    for tried, (p, place) in enumerate(ranked):
        if p > CONFIDENCE / (len(ranked) - tried):
            break
        held[place] = True
    return held
