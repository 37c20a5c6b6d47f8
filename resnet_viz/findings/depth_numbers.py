"""What a sweep over depth comes to, from its numbers alone.

The final training error of a run is the share of training images it got wrong
in its last 20 batches. Each family is judged, and each pair of twins at the
greatest depth that both have; from three seeds on, by the rule of `evidence`.

**With depth.** The deepest is compared with the *shallowest*: the best of many
depths is best by luck in part, and the deepest would look worse than it. The
error **rises** (or falls) with depth if the deepest differs and so does the
slope over all depths between, seed by seed: the larger of the two probabilities
counts. Only seeds that both depths have are compared.

**Claims together.** A sweep makes several claims at once, one a family and one
a pair of twins. They are corrected for their number (Holm), so that all of them
together are wrong in 5 % of sweeps at most where depth changes nothing.

**Worst results.** A depth at which a network diverged, or does no better than
guessing, is no depth to compare: it is named with how many of how many runs.
Where that happens only to deeper networks, a rise among the others stands.

**One width.** Where widths are chosen so that networks cost the same, a family can be wider at one
depth than at another. Then not only the depth differs: its errors are stated and not judged.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.findings.endings import NO_BETTER, ending_of, guessing_error
from resnet_viz.findings.errors import Seeds, by_depth
from resnet_viz.findings.evidence import Difference, Outcome, beyond_chance, difference
from resnet_viz.findings.intervals import FEWEST, Interval, t_interval
from resnet_viz.networks.equal_cost import scale_of


class FamilyOutcome(StrEnum):
    """What depth does to a family's training error."""

    NOTHING = "nothing"
    ONE_DEPTH = "one_depth"
    NOT_JUDGED = "not_judged"
    RISES = "rises"
    FALLS = "falls"
    SAME = "no_difference"
    OPEN = "open"
    UNDECIDED = "undecided"
    DIVERGED = "diverged"
    GUESSES = "guesses"


_OF_CHANGE = {
    Outcome.NOT_JUDGED: FamilyOutcome.NOT_JUDGED,
    Outcome.HIGHER: FamilyOutcome.RISES,
    Outcome.LOWER: FamilyOutcome.FALLS,
    Outcome.SAME: FamilyOutcome.SAME,
    Outcome.OPEN: FamilyOutcome.OPEN,
    Outcome.UNDECIDED: FamilyOutcome.UNDECIDED,
}


class Bad(NamedTuple):
    """In ``runs`` of ``ended`` runs the network diverged, or did no better than guessing."""

    runs: int
    ended: int


@dataclass(frozen=True, slots=True)
class FamilyFinding:
    """One family: ``change`` is the error at ``deepest`` minus that at ``shallowest``; ``slope`` per layer.

    ``errors`` has every depth with a result, ``diverged`` and ``guessing`` those that are not compared.
    ``of_one_width``: whether its networks differ in nothing but their depth.
    """

    family: str
    outcome: FamilyOutcome
    errors: Mapping[int, Seeds]
    diverged: Mapping[int, Bad]
    guessing: Mapping[int, Bad]
    shallowest: int | None
    deepest: int | None
    change: Difference | None
    slope: Interval | None
    of_one_width: bool = True

    @property
    def sound(self) -> dict[int, Seeds]:
        """The depths that can be compared: none of their networks diverged or only guesses."""
        return {
            depth: seeds
            for depth, seeds in self.errors.items()
            if depth not in self.diverged and depth not in self.guessing
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """Plain − residual at ``depth``, in training error, and test errors over the same seeds."""

    plain: str
    residual: str
    depth: int
    train: Difference
    test: Difference | None
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class DepthFinding:
    """The numbers of a sweep; ``families`` in the spec's order, ``claims`` judged together."""

    spec: Experiment
    families: tuple[FamilyFinding, ...]
    gaps: tuple[Gap, ...]
    claims: int
    finished: int
    is_moving: bool

    @property
    def is_complete(self) -> bool:
        """Whether every run of the sweep has finished."""
        return self.finished == len(self.spec.cells())

    def to_dict(self) -> dict[str, Any]:
        """What programs get; errors are shares of 1, gaps plain − residual, changes deepest − shallowest."""
        gap = self.gaps[0] if self.gaps else None
        interval = gap.train.interval if gap else None
        return {
            "complete": self.is_complete,
            "ended": not self.is_moving,
            "families": {
                one.family: {
                    "outcome": one.outcome.value,
                    "shallowest": one.shallowest,
                    "deepest": one.deepest,
                    "train_error_change": one.change.interval.mean if one.change else None,
                    "train_error_change_low": one.change.interval.low if one.change else None,
                    "train_error_change_high": one.change.interval.high if one.change else None,
                    "seeds": one.change.seeds if one.change else 0,
                    "diverged": {depth: bad.runs for depth, bad in one.diverged.items()},
                    "no_better_than_guessing": {depth: bad.runs for depth, bad in one.guessing.items()},
                }
                for one in self.families
            },
            "gap_depth": gap.depth if gap else None,
            "gap_outcome": gap.outcome.value if gap else None,
            "train_error_gap": interval.mean if interval else None,
            "train_error_gap_low": interval.low if interval else None,
            "train_error_gap_high": interval.high if interval else None,
            "seeds": gap.train.seeds if gap else None,
        }


def judge(spec: Experiment, cells: Sequence[CellHistory]) -> DepthFinding:
    """The outcome of ``cells``, what has been recorded of ``spec`` so far."""
    classes = shape_of(spec.run.data).classes
    idle = Counter(
        (cell.family, cell.depth) for cell in cells if ending_of(cell.history, classes) in NO_BETTER
    )
    families = []
    for name in spec.families:
        errors = by_depth(cells, name)
        found = compared(name, errors, {depth: idle[name, depth] for depth in errors}, classes)
        widths = {scale_of(spec.network(name, depth)) for depth in errors}
        families.append(replace(found, of_one_width=len(widths) < 2))
    judged, gaps, claims = together(families, spec.twins(), classes)
    return DepthFinding(
        spec,
        tuple(judged),
        tuple(gaps),
        claims,
        sum(cell.history.state is RunState.FINISHED for cell in cells),
        any(not cell.history.state.is_finished() for cell in cells),
    )


def compared(
    name: str, errors: Mapping[int, Seeds], idle: Mapping[int, int], classes: int = 10
) -> FamilyFinding:
    """The deepest and the shallowest of a family beside each other, not judged yet.

    ``idle``: at each depth, how many networks do no better than guessing.
    """
    found = FamilyFinding(
        name,
        FamilyOutcome.NOTHING,
        errors,
        {depth: Bad(len(seeds.diverged), seeds.count) for depth, seeds in errors.items() if seeds.diverged},
        {depth: Bad(idle[depth], seeds.count) for depth, seeds in errors.items() if idle[depth]},
        *(None,) * 4,
    )
    train = {depth: seeds.train for depth, seeds in found.sound.items()}
    if len(train) < 2:
        return replace(found, shallowest=next(iter(train), None))
    # The pair that says most: enough seeds first, then the deepest, then the shallowest.
    first, last = max(
        combinations(train, 2),
        key=lambda pair: (_common(train[pair[0]], train[pair[1]]), pair[1], -pair[0]),
    )
    change = difference(train[last], train[first], guessing_error(classes), most=1)
    if change is None:
        return replace(found, shallowest=first)
    between = [depth for depth in train if first <= depth <= last]
    slopes = [_slope({d: train[d][seed] for d in between if seed in train[d]}) for seed in change.gaps]
    return replace(found, shallowest=first, deepest=last, change=change, slope=t_interval(slopes))


def together(
    families: Sequence[FamilyFinding], twins: Sequence[tuple[str, str]], classes: int = 10
) -> tuple[list[FamilyFinding], list[Gap], int]:
    """Families and pairs of twins judged together, and how many claims those are."""
    known = {found.family: found for found in families}
    guess = guessing_error(classes)
    gaps = [gap for plain, residual in twins if (gap := _gap(known[plain], known[residual], guess))]
    probabilities = [*map(_by_chance, families), *(gap.train.interval.p for gap in gaps)]
    held = beyond_chance(probabilities)
    return (
        [_judged(found, is_there) for found, is_there in zip(families, held, strict=False)],
        [
            replace(gap, outcome=gap.train.outcome(is_there=is_there))
            for gap, is_there in zip(gaps, held[len(families) :], strict=True)
        ],
        sum(p is not None for p in probabilities),
    )


def _common(one: Mapping[int, float], other: Mapping[int, float]) -> int:
    """How many seeds both have; more than enough to judge is no better than enough."""
    return min(len(one.keys() & other.keys()), FEWEST)


def _slope(errors: Mapping[int, float]) -> float:
    """Least squares, error per layer."""
    depth = np.array(list(errors), np.float64) - np.mean(list(errors))
    return float(depth @ np.array(list(errors.values())) / (depth @ depth))


def _by_chance(found: FamilyFinding) -> float | None:
    """How probable such a change would be if depth changed nothing; None where it is not judged."""
    if found.change is None or found.slope is None or found.change.interval.p is None:
        return None
    if not found.of_one_width:
        return None
    if found.change.interval.mean * found.slope.mean <= 0:
        return 1.0
    return max(found.change.interval.p, found.slope.p or 0.0)


def _judged(found: FamilyFinding, is_there: bool) -> FamilyFinding:
    if found.change is None:
        outcome = FamilyOutcome.NOTHING if found.shallowest is None else FamilyOutcome.ONE_DEPTH
    elif not found.of_one_width:
        outcome = FamilyOutcome.NOT_JUDGED
    else:
        outcome = _OF_CHANGE[found.change.outcome(is_there=is_there)]
    bad = {*found.diverged, *found.guessing}
    deeper_only = found.shallowest is not None and all(depth > found.shallowest for depth in bad)
    if bad and not (outcome is FamilyOutcome.RISES and deeper_only):
        outcome = FamilyOutcome.DIVERGED if found.diverged else FamilyOutcome.GUESSES
    return replace(found, outcome=outcome)


def _gap(plain: FamilyFinding, residual: FamilyFinding, guess: float) -> Gap | None:
    both = {
        depth: (plain.sound[depth], residual.sound[depth])
        for depth in plain.sound.keys() & residual.sound.keys()
    }
    if not both:
        return None
    depth = max(both, key=lambda depth: (_common(*(seeds.train for seeds in both[depth])), depth))
    one, other = both[depth]
    train = difference(one.train, other.train, guess, most=1)
    if train is None:
        return None
    tested = [{seed: seeds.test[seed] for seed in train.gaps if seed in seeds.test} for seeds in (one, other)]
    test = difference(tested[0], tested[1], guess, most=1)
    return Gap(plain.family, residual.family, depth, train, test, Outcome.NOT_JUDGED)
