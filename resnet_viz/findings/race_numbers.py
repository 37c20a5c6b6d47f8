"""What a race comes to, from its numbers alone.

Each pair of twins, a plain network type and a residual one that differ in
nothing but their shortcuts, is judged by `twin_numbers`. Of several pairs each
is a claim; together they are wrong in 5 % of races at most where the networks
do not differ (Holm). A network type without a twin differs from the others in
more than shortcuts: it is described and not judged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from resnet_viz.data.catalogue import shape_of
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.endings import Ending, ending_of, final_loss, final_test_error, is_moving, steps_done
from resnet_viz.findings.evidence import beyond_chance
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.regime import Gradient, gradient_of
from resnet_viz.findings.twin_numbers import (
    RaceOutcome,
    TwinFinding,
    compared,
    outcome_of,
    unfinished_outcome,
)
from resnet_viz.history import RunHistory


class Result(NamedTuple):
    """What one run came to that has ended; ``loss`` is None where it is not finite."""

    steps: int
    ending: Ending
    loss: float | None
    accuracy: float | None
    gradient: Gradient | None


@dataclass(frozen=True, slots=True)
class RaceFinding:
    """The numbers of a race: of every pair of twins, and by seed of every network type.

    ``outcome`` is that of the first pair; without one, how far the race has come.
    """

    spec: Experiment
    outcome: RaceOutcome
    histories: tuple[RunHistory, ...]
    twins: tuple[TwinFinding, ...]
    results: Mapping[str, Mapping[int, Result]]

    @property
    def is_moving(self) -> bool:
        """Whether there is more to come."""
        return any(map(is_moving, self.histories))

    @property
    def pair(self) -> TwinFinding | None:
        """The twins of which the race consists, where it has nothing else."""
        return self.twins[0] if len(self.twins) == 1 and len(self.spec.families) == 2 else None

    def depth_of(self, family: str) -> int:
        """The depth of the networks of ``family``: of several families not always the one asked for."""
        return self.spec.depths_of(family)[0]

    @property
    def alone(self) -> list[str]:
        """The network types without a twin."""
        paired = {name for twins in self.twins for name in twins.names}
        return [name for name in self.spec.families if name not in paired]

    @property
    def complete_seeds(self) -> list[int]:
        """The seeds in which all networks have ended."""
        first, *others = (results.keys() for results in self.results.values())
        return sorted(set(first).intersection(*others))

    @property
    def claims(self) -> int:
        """How many pairs are judged together."""
        return sum(twins.probability is not None for twins in self.twins)

    def to_dict(self) -> dict[str, Any]:
        """What programs get; of more than one pair the first, and all of them as ``pairs``."""
        first = self.twins[0] if self.twins else compared(self.spec, Both("", ""), ())
        said = first.to_dict() | {"outcome": self.outcome.value}
        if self.pair is None:
            said["pairs"] = [twins.names._asdict() | twins.to_dict() for twins in self.twins]
        return said


def judge(spec: Experiment, histories: Sequence[RunHistory]) -> RaceFinding:
    """The outcome of ``histories``, the runs of ``spec`` so far."""
    twins = _together([compared(spec, Both(*names), histories) for names in spec.twins()])
    results = {
        name: {h.seed: result for h in histories if h.family == name and (result := _result(h, spec))}
        for name in spec.families
    }
    alone = unfinished_outcome(histories, any_ended=any(results.values())) or RaceOutcome.NOT_JUDGED
    return RaceFinding(
        spec,
        twins[0].outcome if twins else alone,
        tuple(histories),
        tuple(twins),
        results,
    )


def _together(twins: Sequence[TwinFinding]) -> list[TwinFinding]:
    """Each pair judged; several of them as claims made at once."""
    held: Sequence[bool | None] = [None]
    if len(twins) != 1:
        held = beyond_chance([found.probability for found in twins])
    return [
        replace(found, outcome=outcome_of(found, is_there=is_there))
        for found, is_there in zip(twins, held, strict=True)
    ]


def _result(history: RunHistory, spec: Experiment) -> Result | None:
    ending = ending_of(history, shape_of(spec.run.data).classes)
    if ending is Ending.NONE:
        return None
    error = final_test_error(history)
    return Result(
        steps_done(history),
        ending,
        final_loss(history),
        None if error is None else 1 - error,
        gradient_of(history),
    )
