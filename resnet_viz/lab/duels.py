"""Two networks compared over seeds by the rules of a race (`findings.evidence`), failures counted.

A network that diverges or does no better than guessing has **failed** in that seed. No gap is stated
there. One that fails in every seed, where the other learns in every seed, is worse: of two that fail
with the same probability, n seeds say so in 2 · 4⁻ⁿ of cases at most, one of 32 for three seeds. Where
only some fail, the other seeds decide only if they say the same. Of several comparisons each is a claim;
where none differs, one of them is said to in 5 % of cases at most (Holm).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from resnet_viz.findings.endings import Ending, guessing_error, guessing_loss
from resnet_viz.findings.evidence import Difference, Outcome, beyond_chance, difference
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.lab.trainings import Trainings

_FAILED: Final = (Ending.DIVERGED, Ending.GUESSES, Ending.WORSE)


class Verdict(StrEnum):
    """What the second of two networks is, compared with the first."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    OPEN = "open"
    """There is a gap; whether it reaches the margin is open."""
    UNDECIDED = "undecided"
    BOTH_FAIL = "both_fail"
    NOT_JUDGED = "not_judged"
    """Fewer than three seeds."""


class Duel(NamedTuple):
    """Two network types; ``gain`` is by how much the second is better, over the seeds in which both learn."""

    first: str
    second: str
    verdict: Verdict
    seeds: int
    failed: tuple[list[int], list[int]]
    gain: Difference | None

    @property
    def by_failure(self) -> bool:
        """Whether one of them, or both, failed in every seed."""
        return any(len(seeds) == self.seeds for seeds in self.failed)


def duels(found: Trainings, pairs: Sequence[tuple[str, str]], *, on_test_images: bool = False) -> list[Duel]:
    """Each of ``pairs``, by the final training loss or by the accuracy on test images."""
    bare = [_duel(found, first, second, on_test_images) for first, second in pairs]
    held = beyond_chance(list(map(_by_chance, bare)))
    return [
        duel._replace(verdict=_verdict(duel, is_there)) for duel, is_there in zip(bare, held, strict=True)
    ]


def none_learns(judged: Sequence[Duel]) -> bool:
    """Whether all networks of these duels failed in every seed: then it is the task that none can do."""
    return all(duel.verdict is Verdict.BOTH_FAIL for duel in judged)


def _duel(found: Trainings, first: str, second: str, on_test_images: bool) -> Duel:
    values = found.test_accuracies if on_test_images else found.losses
    failed = found.ended_as(first, *_FAILED), found.ended_as(second, *_FAILED)
    mine, theirs = (
        {seed: value for seed, value in values(name).items() if seed not in failed[0] + failed[1]}
        for name in (first, second)
    )
    if on_test_images:
        gain = difference(theirs, mine, guessing_error(found.classes), most=1)
    else:
        gain = difference(mine, theirs, guessing_loss(found.classes))
    return Duel(first, second, Verdict.NOT_JUDGED, found.spec.seeds, failed, gain)


def _by_chance(duel: Duel) -> float | None:
    """How probable what is said of it would be without a difference; None where nothing is."""
    if duel.seeds < FEWEST:
        return None
    if sorted(map(len, duel.failed)) == [0, duel.seeds]:
        return float(2 * 4**-duel.seeds)
    return duel.gain.interval.p if duel.gain else None


def _verdict(duel: Duel, is_there: bool) -> Verdict:
    if duel.seeds < FEWEST:
        return Verdict.NOT_JUDGED
    failures = [len(seeds) for seeds in duel.failed]
    if failures == [duel.seeds, duel.seeds]:
        return Verdict.BOTH_FAIL
    if sorted(failures) == [0, duel.seeds]:
        if not is_there:
            return Verdict.UNDECIDED
        return Verdict.BETTER if failures[0] else Verdict.WORSE
    if duel.gain is None or duel.gain.interval.p is None:
        return Verdict.UNDECIDED
    judged = {
        Outcome.HIGHER: Verdict.BETTER,
        Outcome.LOWER: Verdict.WORSE,
        Outcome.SAME: Verdict.SAME,
        Outcome.OPEN: Verdict.OPEN,
    }.get(duel.gain.outcome(is_there=is_there), Verdict.UNDECIDED)
    agrees = {Verdict.BETTER: not failures[1], Verdict.WORSE: not failures[0]}
    return judged if agrees.get(judged, not any(failures)) else Verdict.UNDECIDED
