"""What a plain network and its residual twin at one depth come to, from their numbers alone.

A seed counts once both networks have ended by themselves: finished or diverged.
Degradation is about the *training* error (He et al. 2015 §1), so the training
loss is judged; the accuracy on test images is reported beside it. One or two
seeds are described. From three on the paired gaps, plain − residual, are judged
by the rule of `evidence`.

A network that diverged, or does no better than guessing, is the worst result of
its seed. It is counted in that seed and never dropped, and no gap is stated
there. If that happens to one of the two alone and the other seeds say the same,
their judgement stands; else there is none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.endings import NO_BETTER, Ending, guessing_error, guessing_loss, is_broken, is_moving
from resnet_viz.findings.evidence import Difference, Outcome, difference
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.findings.pairs import Both, Pair, SeedResult, paired, result_of
from resnet_viz.findings.regime import Gradient, gradient_of
from resnet_viz.history import RunHistory
from resnet_viz.specs import RunSpec


class RaceOutcome(StrEnum):
    """What twins, or a race, come to."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    FAILED = "failed"
    NOT_JUDGED = "not_judged"
    DIVERGED = "diverged"
    GUESSES = "guesses"
    RESIDUAL_BETTER = "residual_better"
    PLAIN_BETTER = "plain_better"
    NO_DIFFERENCE = "no_difference"
    OPEN = "open"
    UNDECIDED = "undecided"


_OF_GAPS = {
    Outcome.HIGHER: RaceOutcome.RESIDUAL_BETTER,
    Outcome.LOWER: RaceOutcome.PLAIN_BETTER,
    Outcome.SAME: RaceOutcome.NO_DIFFERENCE,
    Outcome.OPEN: RaceOutcome.OPEN,
    Outcome.UNDECIDED: RaceOutcome.UNDECIDED,
}


@dataclass(frozen=True, slots=True)
class TwinFinding:
    """The numbers of the network types ``names``, which differ in nothing but their shortcuts.

    ``seeds`` have ended; where none has, ``farthest`` is the one that has come
    farthest. ``loss`` is plain − residual, ``accuracy`` residual − plain, both
    over the seeds in which both networks have learned something.
    """

    spec: Experiment
    names: Both[str]
    histories: tuple[RunHistory, ...]
    pairs: tuple[Pair, ...]
    seeds: tuple[SeedResult, ...]
    farthest: SeedResult | None
    loss: Difference | None
    accuracy: Difference | None
    gradients: Both[Gradient | None]
    outcome: RaceOutcome = RaceOutcome.NOT_JUDGED

    @property
    def is_moving(self) -> bool:
        """Whether there is more to come."""
        return any(map(is_moving, self.histories))

    @property
    def depth(self) -> int:
        """That of both."""
        return self.spec.depths_of(self.names.residual)[0]

    @property
    def runs(self) -> Both[RunSpec]:
        """What was asked for of each, whatever the seed."""
        spec = self.spec
        return Both(*(spec.run.but(network=spec.network(name, self.depth)) for name in self.names))

    @property
    def compared(self) -> list[SeedResult]:
        """The seeds that ``loss`` is about."""
        seeds = (self.farthest,) if self.farthest else self.seeds
        return [seed for seed in seeds if self.loss and seed.seed in self.loss.gaps]

    @property
    def probability(self) -> float | None:
        """How probable such a gap would be by chance alone; None where it is not judged."""
        judged = self.loss is not None and len(self.seeds) >= FEWEST and not self.is_moving
        return self.loss.interval.p if judged and self.loss else None

    def ended_as(self, *endings: Ending) -> Both[list[int]]:
        """The seeds in which each network ended in one of these ways."""
        return Both(
            *([seed.seed for seed in self.seeds if seed.endings[which] in endings] for which in range(2))
        )

    def to_dict(self) -> dict[str, Any]:
        """What programs get: gaps and their 95 % intervals, None where nothing can be compared."""
        said: dict[str, Any] = {"outcome": self.outcome.value}
        for name, found in (("loss_gap", self.loss), ("accuracy_difference", self.accuracy)):
            interval = found.interval if found else None
            said[name] = interval.mean if interval else None
            said[f"{name}_low"] = interval.low if interval else None
            said[f"{name}_high"] = interval.high if interval else None
        said["loss_margin"] = self.loss.margin if self.loss else None
        said["seeds_compared"] = list(self.loss.gaps) if self.loss else []
        said["diverged"] = self.ended_as(Ending.DIVERGED)._asdict()
        said["no_better_than_guessing"] = self.ended_as(*NO_BETTER)._asdict()
        return said


def compared(spec: Experiment, names: Both[str], histories: Sequence[RunHistory]) -> TwinFinding:
    """The twins ``names`` of ``spec`` beside each other, not judged yet."""
    classes = shape_of(spec.run.data).classes
    own = tuple(history for history in histories if history.family in names)
    pairs = tuple(paired(own, names))
    results = [result_of(pair, classes) for pair in pairs]
    ended = tuple(seed for seed in results if seed.has_ended)
    learned = [seed for seed in ended if seed.have_learned]
    begun = [seed for seed in results if None not in seed.losses]
    farthest = max(begun, key=lambda seed: seed.steps) if begun and not ended else None
    if farthest:
        learned = [farthest]
    loss, accuracy = _differences(learned, classes)
    shown = [
        pair.runs for pair in pairs for first in [*ended, farthest][:1] if first and pair.seed == first.seed
    ]
    gradients: Both[Gradient | None] = Both(*map(gradient_of, shown[0])) if shown else Both(None, None)
    return TwinFinding(spec, names, own, pairs, ended, farthest, loss, accuracy, gradients)


def outcome_of(found: TwinFinding, *, is_there: bool | None = None) -> RaceOutcome:
    """What ``found`` comes to; ``is_there``: whether its gap is beyond chance with other claims beside it."""
    if unfinished := unfinished_outcome(found.histories, any_ended=bool(found.seeds)):
        return unfinished
    worst = Both(*({s.endings[which] for s in found.seeds} - {Ending.LEARNED} for which in range(2)))
    if len(found.seeds) >= FEWEST and found.loss is not None:
        judged = found.loss.outcome(is_there=is_there)
        stands = {Outcome.HIGHER: not worst.residual, Outcome.LOWER: not worst.plain}
        if judged in _OF_GAPS and stands.get(judged, not any(worst)):
            return _OF_GAPS[judged]
    if any(worst):
        diverged = any(Ending.DIVERGED in endings for endings in worst)
        return RaceOutcome.DIVERGED if diverged else RaceOutcome.GUESSES
    return RaceOutcome.NOT_JUDGED


def unfinished_outcome(histories: Sequence[RunHistory], *, any_ended: bool) -> RaceOutcome | None:
    """Where runs stand that have not ended, or of which none has a result; None where there are results."""
    if any(map(is_moving, histories)) or not histories:
        return RaceOutcome.RUNNING if any(run.series for run in histories) else RaceOutcome.WAITING
    if any_ended:
        return None
    stopped = any(run.state is RunState.STOPPED for run in histories)
    return RaceOutcome.FAILED if any(map(is_broken, histories)) or not stopped else RaceOutcome.STOPPED


def _differences(seeds: Sequence[SeedResult], classes: int) -> tuple[Difference | None, Difference | None]:
    plain, residual = (_by_seed({s.seed: s.losses[which] for s in seeds}) for which in range(2))
    plain_accuracy, accuracy = (_by_seed({s.seed: s.accuracies[which] for s in seeds}) for which in range(2))
    return (
        difference(plain, residual, guessing_loss(classes)),
        difference(accuracy, plain_accuracy, guessing_error(classes), most=1),
    )


def _by_seed(values: Mapping[int, float | None]) -> dict[int, float]:
    return {seed: value for seed, value in values.items() if value is not None}
