"""What a race has shown, in words, from its numbers alone.

**Measured.** A run's final train loss is the mean of its last 20 steps. A pair
is a plain and a residual run of one seed: same initial weights, same batches.
Its gap is plain − residual over the last 20 steps that both have done.
Degradation is about the *training* error (He et al. 2015 §1), so the loss
decides; the accuracy on test images is reported beside it.

**When a gap counts.** It passes two tests. It is not chance: the 95 %
t-interval lies off zero, of the pairs' gaps where there are at least two
seeds, else of the differences over the last 20 steps (noise between batches
only, and consecutive steps are not independent: nothing is claimed about other
seeds, and the text says so). And it matters: it is at least `MARGIN` of
ln(classes), the loss of guessing; 0.115 with ten classes. Pairs of depth 8 were
measured at 0.04 ± 0.03 (eight seeds), depth 20 at 0.14 to 0.25, depth 32 at
0.38 and 0.48. "No difference" is said only where the whole interval lies within
the margin; everything else is undecided.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log
from typing import Any

from resnet_viz.events import BROKEN, RunState
from resnet_viz.findings import race_words as words
from resnet_viz.findings.intervals import Interval, t_interval
from resnet_viz.findings.pairs import (
    Comparison,
    Pair,
    compared,
    final_accuracies,
    final_loss,
    paired,
    steps_done,
)
from resnet_viz.findings.regime import gradient_reach, regime
from resnet_viz.history import RunHistory
from resnet_viz.specs import RaceSpec
from resnet_viz.wording import Sentence, count, number, percent, points, sentence

MARGIN = 0.05
"""Smallest gap that counts, as a share of the loss of guessing."""

SHALLOW = 20
"""Up to this depth plain networks train well (He et al. 2015, Fig. 6)."""


class VerdictKind(StrEnum):
    """What the verdict comes to."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    DIVERGED = "diverged"
    RESIDUAL_BETTER = "residual_better"
    PLAIN_BETTER = "plain_better"
    NO_DIFFERENCE = "no_difference"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Sentences, to be put into words when read, and the numbers they rest on.

    Gaps are plain − residual, mean over the ``seeds`` compared: positive in the
    loss, negative in the accuracy (a share of 1) where the residual network is
    better. ``loss_interval`` and ``accuracy_interval`` are over seeds, without
    ends when there is one; None when nothing can be compared.
    """

    kind: VerdictKind
    sentences: tuple[Sentence, ...]
    seeds: tuple[int, ...] = ()
    loss_gaps: tuple[float, ...] = ()
    accuracy_gaps: tuple[float, ...] = ()
    loss_interval: Interval | None = None
    accuracy_interval: Interval | None = None

    @property
    def text(self) -> str:
        """The verdict in the reader's language."""
        return " ".join(map(str, self.sentences))

    @property
    def loss_gap(self) -> float | None:
        """Mean gap of the final train loss."""
        return self.loss_interval.mean if self.loss_interval else None

    @property
    def accuracy_gap(self) -> float | None:
        """Mean gap of the test accuracy."""
        return self.accuracy_interval.mean if self.accuracy_interval else None

    def to_dict(self) -> dict[str, Any]:
        """What programs get: text and gaps."""
        return {"text": self.text, "loss_gap": self.loss_gap, "accuracy_gap": self.accuracy_gap}


def verdict(race: RaceSpec, histories: Sequence[RunHistory]) -> Verdict:
    """The verdict on ``histories``, the runs of ``race`` so far."""
    pairs = paired(histories)
    complete = [(pair, found) for pair in pairs if pair.is_complete and (found := compared(pair))]
    state = _state(race, pairs, bool(complete))
    remarks = _remarks(race, pairs, state)
    if not complete and state in (VerdictKind.DIVERGED, VerdictKind.FAILED):
        return Verdict(state, remarks)
    chosen = complete or _furthest(pairs)
    if not chosen:
        return Verdict(VerdictKind.WAITING if state in (None, VerdictKind.RUNNING) else state, remarks)
    comparisons = [found for _pair, found in chosen]
    gaps = [found.gap for found in comparisons]
    interval = t_interval(gaps)
    guess = log(race.run.network.classes)
    tested = interval if len(gaps) > 1 else t_interval(comparisons[0].differences.tolist())
    judged = _judged(tested, MARGIN * guess)
    accuracies = [both for pair, _found in chosen if (both := final_accuracies(pair))]
    accuracy_gaps = [plain - residual for plain, residual in accuracies]
    sentences = [
        *remarks,
        _comparison(race, comparisons, interval),
        _judgement(judged, tested, gaps, MARGIN * guess),
        *_accuracy(accuracies, accuracy_gaps),
        *regime(
            gradient_reach(chosen[0][0].plain),
            gradient_reach(chosen[0][0].residual),
            degraded=judged is VerdictKind.RESIDUAL_BETTER and race.run.network.norm != "none",
        ),
        *_reasons(race, judged, comparisons, guess),
    ]
    if len(gaps) == 1:
        sentences.append(sentence(words.ONE_SEED, seed=comparisons[0].seed))
    return Verdict(
        state or judged,
        tuple(sentences),
        tuple(found.seed for found in comparisons),
        tuple(gaps),
        tuple(accuracy_gaps),
        interval,
        t_interval(accuracy_gaps) if accuracy_gaps else None,
    )


def _state(race: RaceSpec, pairs: Sequence[Pair], has_complete: bool) -> VerdictKind | None:
    """Why the race is not (or never will be) complete; None when enough of it is."""
    states = set[RunState]().union(*(pair.states for pair in pairs))
    if len(pairs) < race.seeds or not all(state.is_finished() for state in states):
        return VerdictKind.RUNNING
    if has_complete:
        return None
    if RunState.DIVERGED in states:
        return VerdictKind.DIVERGED
    return VerdictKind.STOPPED if RunState.STOPPED in states else VerdictKind.FAILED


def _judged(interval: Interval, margin: float) -> VerdictKind:
    if interval.excludes_zero() and abs(interval.mean) >= margin:
        return VerdictKind.RESIDUAL_BETTER if interval.mean > 0 else VerdictKind.PLAIN_BETTER
    return VerdictKind.NO_DIFFERENCE if interval.within(margin) else VerdictKind.UNDECIDED


def _furthest(pairs: Sequence[Pair]) -> list[tuple[Pair, Comparison]]:
    """Where no pair is complete: the one that has come farthest, and nothing else beside it."""
    begun = [(pair, found) for pair in pairs if (found := compared(pair))]
    return [max(begun, key=lambda entry: entry[1].steps)] if begun else []


def _remarks(race: RaceSpec, pairs: Sequence[Pair], state: VerdictKind | None) -> tuple[Sentence, ...]:
    """What is out of the ordinary, before any comparison."""
    remarks = []
    total = count(race.run.train.steps)
    if state is VerdictKind.RUNNING:
        begun = any(steps_done(pair.plain) and steps_done(pair.residual) for pair in pairs)
        done = sum(pair.is_complete for pair in pairs)
        template = words.RUNNING if begun else words.WAITING
        remarks.append(sentence(template, done=done, seeds=race.seeds))
    for pair in pairs:
        plain, residual = steps_done(pair.plain), steps_done(pair.residual)
        both: dict[str, str | int] = {"seed": pair.seed, "plain": count(plain), "residual": count(residual)}
        for run, template in ((pair.plain, words.DIVERGED_PLAIN), (pair.residual, words.DIVERGED_RESIDUAL)):
            if run.state is RunState.DIVERGED:
                remarks.append(sentence(template, seed=pair.seed, steps=count(steps_done(run))))
        if len(pair.states) > 1 and RunState.DIVERGED in pair.states and RunState.FINISHED in pair.states:
            other = pair.plain if pair.plain.state is RunState.FINISHED else pair.residual
            template = words.PLAIN_REACHED if other is pair.plain else words.RESIDUAL_REACHED
            remarks.append(sentence(template, loss=number(final_loss(other))))
        if pair.states & BROKEN:
            remarks.append(sentence(words.FAILED, seed=pair.seed))
        if RunState.STOPPED in pair.states:
            remarks.append(sentence(words.STOPPED, total=total, **both))
        if pair.is_complete and plain != residual:
            remarks.append(sentence(words.UNEQUAL, **both))
    if not remarks and state:
        remarks.append(sentence(words.WAITING, done=0, seeds=race.seeds))
    return tuple(remarks)


def _comparison(race: RaceSpec, comparisons: Sequence[Comparison], interval: Interval) -> Sentence:
    seeds = len(comparisons)
    plain = sum(found.plain for found in comparisons) / seeds
    residual = sum(found.residual for found in comparisons) / seeds
    return sentence(
        words.COMPARISON if seeds == 1 else words.COMPARISON_OF_SEEDS,
        depth=race.run.network.depth,
        steps=count(min(found.steps for found in comparisons)),
        window=min(len(found.differences) for found in comparisons),
        seeds=seeds,
        plain=number(plain),
        residual=number(residual),
        gap=number(interval.mean),
        low=number(interval.low),
        high=number(interval.high),
    )


def _judgement(judged: VerdictKind, tested: Interval, gaps: Sequence[float], margin: float) -> Sentence:
    several = len(gaps) > 1
    template = {
        VerdictKind.RESIDUAL_BETTER: words.RESIDUAL_BETTER,
        VerdictKind.PLAIN_BETTER: words.PLAIN_BETTER,
        VerdictKind.UNDECIDED: words.UNDECIDED_OF_SEEDS if several else words.UNDECIDED,
        VerdictKind.NO_DIFFERENCE: words.SMALL if several and tested.excludes_zero() else words.NO_DIFFERENCE,
    }[judged]
    higher = sum(gap > 0 for gap in gaps)
    return sentence(
        template, margin=number(margin), share=f"{100 * MARGIN:.0f} %", higher=higher, seeds=len(gaps)
    )


def _accuracy(accuracies: Sequence[tuple[float, float]], gaps: Sequence[float]) -> list[Sentence]:
    if not accuracies:
        return []
    plain = sum(found[0] for found in accuracies) / len(accuracies)
    residual = sum(found[1] for found in accuracies) / len(accuracies)
    if len(gaps) == 1:
        return [sentence(words.ACCURACY, plain=percent(plain), residual=percent(residual))]
    interval = t_interval(gaps)
    return [
        sentence(
            words.ACCURACY_OF_SEEDS,
            plain=percent(plain),
            residual=percent(residual),
            gap=points(interval.mean),
            low=points(interval.low),
            high=points(interval.high),
        )
    ]


def _reasons(
    race: RaceSpec, judged: VerdictKind, comparisons: Sequence[Comparison], guess: float
) -> list[Sentence]:
    """What the numbers themselves suggest: untrained networks, shallow ones."""
    untrained = (1 - MARGIN) * guess
    plain_idle = all(found.plain >= untrained for found in comparisons)
    residual_idle = all(found.residual >= untrained for found in comparisons)
    if plain_idle and residual_idle:
        return [sentence(words.BOTH_GUESS, guess=number(guess))]
    if judged is VerdictKind.RESIDUAL_BETTER and plain_idle:
        return [sentence(words.PLAIN_GUESSES, guess=number(guess))]
    if judged is not VerdictKind.NO_DIFFERENCE:
        return []
    shallow = race.run.network.depth <= SHALLOW
    return [sentence(words.SHALLOW if shallow else words.NO_REASON, depth=race.run.network.depth)]
