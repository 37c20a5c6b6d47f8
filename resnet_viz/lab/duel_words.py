"""What a change does to a network, and what networks end with, in words that stand within a sentence."""

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Final

from resnet_viz.findings.endings import Ending
from resnet_viz.lab.duels import Duel, Verdict
from resnet_viz.lab.question import Finding, Outcome
from resnet_viz.lab.trainings import Trainings
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, clauses, number, percent, sentence

MORE_SEEDS: Final = N_("More seeds would tell.")
NONE_LEARNS: Final = N_(
    "None of these networks learns, which judges nothing; more steps or another learning rate would tell."
)

_EFFECTS: Final = {
    Verdict.BETTER: N_("the training loss falls by {gain}"),
    Verdict.WORSE: N_("the training loss rises by {loss}"),
    Verdict.SAME: N_("no difference of a size that matters ({gain})"),
    Verdict.OPEN: N_("a difference of {gain}, but whether it matters is open"),
    Verdict.UNDECIDED: N_("undecided"),
    Verdict.BOTH_FAIL: N_("no help: neither network learns"),
    Verdict.NOT_JUDGED: N_("not judged"),
}
_LEARNS: Final = N_("the network learns, which it did not")
_UNLEARNS: Final = N_("the network no longer learns")

_ONE: Final = N_("{name} {loss}")
_DIVERGED: Final = N_("diverged")
_SOME: Final = N_("{mean} ({failed} of {seeds} seeds diverged)")


def effect(duel: Duel) -> Sentence:
    """What becomes of the training loss from the first to the second of two networks."""
    if duel.by_failure and duel.verdict is Verdict.BETTER:
        return sentence(_LEARNS)
    if duel.by_failure and duel.verdict is Verdict.WORSE:
        return sentence(_UNLEARNS)
    mean = duel.gain.interval.mean if duel.gain else None
    loss = None if mean is None else -mean
    return sentence(_EFFECTS[duel.verdict], gain=number(mean), loss=number(loss))


def ends(found: Trainings, families: Sequence[str], names: Mapping[str, str]) -> str | Sentence:
    """The mean of the final training losses of each, over the seeds that finished."""
    return clauses(
        [sentence(_ONE, name=sentence(names[family]), loss=mean_loss(found, family)) for family in families]
    )


def mean_loss(found: Trainings, family: str) -> str | Sentence:
    """The same of one; how many of its seeds diverged where any did."""
    return _mean(found, family, found.losses(family), number)


def mean_accuracy(found: Trainings, family: str) -> str | Sentence:
    """The mean of its test accuracies, likewise."""
    return _mean(found, family, found.test_accuracies(family), percent)


def _mean(
    found: Trainings, family: str, values: Mapping[int, float], shown: Callable[[float], str]
) -> str | Sentence:
    failed = len(found.ended_as(family, Ending.DIVERGED))
    if not values:
        return sentence(_DIVERGED)
    mean = shown(fsum(values.values()) / len(values))
    if not failed:
        return mean
    return sentence(_SOME, mean=mean, failed=failed, seeds=found.spec.seeds)


def facts_only(found: Trainings, families: Sequence[str], names: Mapping[str, str], why: Sentence) -> Finding:
    """What fewer than three seeds allow one to say."""
    return Finding(
        Outcome.UNDECIDED,
        sentence(N_("Final training losses: {ends}."), ends=ends(found, families, names)),
        why,
        sentence(MORE_SEEDS),
    )
