"""Claims about how networks train, checked with the reader's own runs by the rule of `evidence`.

Only twins are compared: networks that differ in nothing but the skip connection.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from resnet_viz.data.catalogue import shape_of
from resnet_viz.findings.claim import Claim, ClaimOutcome
from resnet_viz.findings.depth_numbers import DepthFinding, FamilyFinding, FamilyOutcome
from resnet_viz.findings.endings import (
    FINAL_STEPS,
    Ending,
    final_test_error,
    final_train_error,
    guessing_error,
)
from resnet_viz.findings.evidence import Outcome, difference
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.findings.pairs import Both, Pair
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.twin_numbers import TwinFinding
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.networks.families import network_type
from resnet_viz.wording import Sentence, count, listed, percent, points, sentence, signed

EXTREME_DEPTH: Final = 110
"""That of the deepest network that He et al. 2015 trained well; their one of 1202 layers did worse."""

_OF_DIFFERENCE: Final = {
    Outcome.HIGHER: ClaimOutcome.SUPPORTS,
    Outcome.LOWER: ClaimOutcome.CONTRADICTS,
    Outcome.SAME: ClaimOutcome.NO_EFFECT,
}
_OF_DEPTH: Final = {
    FamilyOutcome.RISES: ClaimOutcome.SUPPORTS,
    FamilyOutcome.FALLS: ClaimOutcome.CONTRADICTS,
    FamilyOutcome.SAME: ClaimOutcome.NO_EFFECT,
}
_NO_RACE: Final = N_("No finished race of a plain and a residual network yet.")
_RACE_WOULD_TELL: Final = N_("A race with {fewest} seeds at a depth of 32 or more would tell.")
_MORE_SEEDS: Final = N_("At least {fewest} seeds would tell.")
_STILL_OPEN: Final = N_("More seeds narrow the confidence interval and would tell.")
_NOT_LEARNED: Final = N_(
    "In {left_out} of {seeds} seeds a network has not learned, so they are not compared. Longer training "
    "would tell."
)
_ONE: Final = N_("{quantity} at depth {depth}, one seed: plain {plain}, residual {residual}.")
_FEW: Final = N_("{quantity} at depth {depth}, seed by seed: plain {plain}, residual {residual}.")
_MANY: Final = N_(
    "{quantity} at depth {depth}, mean of {seeds} seeds: plain {plain}, residual {residual}. "
    "Plain − residual: {gap} (95% confidence interval {low} to {high})."
)


class _Quantity(NamedTuple):
    """What twins are compared by, higher in the plain network if the claim holds.

    ``values`` are those of the seeds in which both networks have learned. ``shows_failing``: a network that
    has not learned is the worse one in this too.
    """

    called: Sentence
    values: Mapping[int, Both[float]]
    guess: float
    most: float
    shown: Callable[[float], str]
    shows_failing: bool
    remark: Sentence


def faster_convergence(races: Sequence[RaceFinding]) -> Claim:
    """Steps until both networks have the same training loss, the final one of the slower."""
    name, claim = "faster_convergence", sentence(N_("Residual networks converge faster."))
    twins = _most_telling(races, _steps)
    if twins is None:
        return _untold(name, claim)
    total = twins.spec.run.train.steps
    quantity = _Quantity(
        sentence(N_("Steps of {total} until both have the same training loss"), total=total),
        _values(twins, _steps),
        total,
        total,
        _whole,
        True,
        sentence(
            N_("The loss is that which the slower network of a seed has at the end, mean of {window} steps."),
            window=FINAL_STEPS,
        ),
    )
    return _compared(name, claim, twins, quantity)


def generalisation_gap(races: Sequence[RaceFinding]) -> Claim:
    """Test error minus training error at the end."""
    name = "generalisation_gap"
    claim = sentence(N_("Residual networks generalise better: test and training error are closer together."))
    twins = _most_telling(races, _gaps)
    if twins is None:
        return _untold(name, claim)
    quantity = _Quantity(
        sentence(N_("Test error − training error in percentage points")),
        _values(twins, _gaps),
        guessing_error(shape_of(twins.spec.run.data).classes),
        1,
        lambda share: signed(points(share)),
        False,
        sentence(
            N_(
                "A network that fits its training images badly has a small gap too. Training errors are of "
                "the last {window} batches in training mode, test errors are not."
            ),
            window=FINAL_STEPS,
        ),
    )
    return _compared(name, claim, twins, quantity)


def hard_when_extreme(sweeps: Sequence[DepthFinding]) -> Claim:
    """Whether the training error of residual networks rises up to an extreme depth."""
    name = "hard_when_extreme"
    claim = sentence(N_("Extremely deep networks stay hard to train, even with skip connections."))
    published = sentence(N_("Test error on CIFAR-10: 6.43% with 110 layers, 7.93% with 1202."))
    source = "He et al. 2015, arXiv:1512.03385, Table 6"
    families = [
        one
        for sweep in sweeps
        for one in sweep.families
        if network_type(one.family).role == "residual" and one.change is not None
    ]
    would_tell = sentence(
        N_("A sweep with {fewest} seeds from few layers to {depth} would tell."),
        fewest=FEWEST,
        depth=EXTREME_DEPTH,
    )
    if not families:
        none = sentence(N_("No finished sweep with residual networks yet."))
        return Claim(name, claim, none, ClaimOutcome.UNDECIDED, published, source, would_tell)
    best = max(families, key=lambda one: (one.outcome in _OF_DEPTH, _depth(one)))
    assert best.change is not None
    ours = sentence(
        N_(
            "Training error of residual networks, seeds: {seeds}. {shallow} at depth {first}, {deep} at "
            "depth {last}."
        ),
        seeds=best.change.seeds,
        shallow=percent(best.change.second),
        first=best.shallowest or 0,
        deep=percent(best.change.first),
        last=_depth(best),
    )
    outcome = _OF_DEPTH.get(best.outcome, ClaimOutcome.UNDECIDED)
    if _depth(best) < EXTREME_DEPTH:
        outcome = ClaimOutcome.UNDECIDED
    remark = sentence(
        N_(
            "After {steps} steps: how fast they train, not how well at last. The published network of 1202 "
            "layers trained for 64,000 steps, to a training error below 0.1%."
        ),
        steps=next(sweep.spec.run.train.steps for sweep in sweeps if best in sweep.families),
    )
    told = would_tell if outcome is ClaimOutcome.UNDECIDED else remark
    return Claim(name, claim, ours, outcome, published, source, told)


def _untold(name: str, claim: Sentence) -> Claim:
    remark = sentence(_RACE_WOULD_TELL, fewest=FEWEST)
    return Claim(name, claim, sentence(_NO_RACE), ClaimOutcome.UNDECIDED, remark=remark)


def _compared(name: str, claim: Sentence, twins: TwinFinding, quantity: _Quantity) -> Claim:
    """``claim`` judged by ``quantity``."""
    plain, residual = (
        {seed: both[which] for seed, both in quantity.values.items()} for which in range(len(Both._fields))
    )
    found = difference(plain, residual, quantity.guess, quantity.most)
    assert found is not None  # `_most_telling` has seen a seed
    outcome = _OF_DIFFERENCE.get(found.outcome(), ClaimOutcome.UNDECIDED)
    shown, interval = quantity.shown, found.interval
    if interval.low is None or interval.high is None:
        ours = sentence(
            _ONE if found.seeds == 1 else _FEW,
            quantity=quantity.called,
            depth=twins.depth,
            plain=listed([shown(value) for value in plain.values()]),
            residual=listed([shown(value) for value in residual.values()]),
        )
    else:
        ours = sentence(
            _MANY,
            quantity=quantity.called,
            depth=twins.depth,
            seeds=found.seeds,
            plain=shown(found.first),
            residual=shown(found.second),
            gap=signed(shown(interval.mean)),
            low=shown(interval.low),
            high=shown(interval.high),
        )
    failed = _failed(twins)
    agrees = {ClaimOutcome.SUPPORTS: not failed.residual, ClaimOutcome.CONTRADICTS: not failed.plain}
    stands = not any(failed) or (quantity.shows_failing and agrees.get(outcome, False))
    remark = quantity.remark
    if not stands:
        outcome = ClaimOutcome.UNDECIDED
        left_out = len(set(failed.plain) | set(failed.residual))
        remark = sentence(_NOT_LEARNED, left_out=left_out, seeds=len(twins.seeds))
    elif outcome is ClaimOutcome.UNDECIDED:
        remark = sentence(_STILL_OPEN if interval.low is not None else _MORE_SEEDS, fewest=FEWEST)
    return Claim(name, claim, ours, outcome, remark=remark)


def _failed(twins: TwinFinding) -> Both[list[int]]:
    """The seeds in which each network has learned nothing that could be compared."""
    return twins.ended_as(*(ending for ending in Ending if ending is not Ending.LEARNED))


def _most_telling(
    races: Sequence[RaceFinding], measure: Callable[[Pair], Both[float] | None]
) -> TwinFinding | None:
    """Of all twins that have ended those with enough seeds, then the deepest, then the latest given."""
    ended = [
        (min(len(values), FEWEST), twins.depth, place, twins)
        for place, twins in enumerate(twins for race in races for twins in race.twins)
        if not twins.is_moving and (values := _values(twins, measure))
    ]
    return max(ended, key=lambda one: one[:3])[3] if ended else None


def _values(twins: TwinFinding, measure: Callable[[Pair], Both[float] | None]) -> dict[int, Both[float]]:
    """What ``measure`` finds in the seeds in which both networks have learned."""
    learned = {seed.seed for seed in twins.seeds if seed.have_learned}
    return {
        pair.seed: found
        for pair in twins.pairs
        if pair.seed in learned and (found := measure(pair)) is not None
    }


def _steps(pair: Pair) -> Both[float] | None:
    """After how many steps each has the loss that the slower has at the end; means of `FINAL_STEPS`."""
    curves = [run.series["train/loss"].value for run in pair.runs]
    if min(map(len, curves)) < FINAL_STEPS:
        return None
    window = np.ones(FINAL_STEPS) / FINAL_STEPS
    smooth = [np.convolve(curve, window, mode="valid") for curve in curves]
    level = max(curve[-1] for curve in smooth)
    return Both(*(float(np.argmax(curve <= level)) + FINAL_STEPS for curve in smooth))


def _gaps(pair: Pair) -> Both[float] | None:
    """Test error minus training error of each; None where one was not measured."""
    plain, residual = map(_gap, pair.runs)
    return None if plain is None or residual is None else Both(plain, residual)


def _gap(run: RunHistory) -> float | None:
    test, train = final_test_error(run), final_train_error(run)
    return None if test is None or train is None else test - train


def _whole(steps: float) -> str:
    return f"{'−' if steps < 0 else ''}{count(abs(round(steps)))}"


def _depth(found: FamilyFinding) -> int:
    return found.deepest or 0
