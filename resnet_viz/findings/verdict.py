"""What an experiment has shown, in words, from its numbers alone.

Of each kind one module judges (`race_numbers`, `depth_numbers`) and one speaks
(`race_words`, `depth_words`); what counts as a difference is one rule for all,
`evidence`. A race asks whether networks of one depth differ, a sweep also what
depth does to each, so their findings have different numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP, Kind
from resnet_viz.findings import depth_headline, depth_numbers, depth_words, race_numbers, race_words
from resnet_viz.findings.depth_numbers import DepthFinding
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.wording import Sentence, running_text

F = TypeVar("F", RaceFinding, DepthFinding)


@dataclass(frozen=True, slots=True)
class Verdict(Generic[F]):
    """A headline, sentences, notes on how it was judged, and the numbers these rest on."""

    headline: Sentence
    sentences: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    found: F

    @property
    def text(self) -> str:
        """The verdict in the reader's language."""
        return running_text([*self.sentences, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """What programs get: the texts, and the numbers of the finding."""
        return {"headline": str(self.headline), "text": self.text} | self.found.to_dict()


def race_verdict(spec: Experiment, cells: Sequence[CellHistory]) -> Verdict[RaceFinding]:
    """The verdict on ``cells``, what has been recorded of the race ``spec`` so far."""
    found = race_numbers.judge(spec, [cell.history for cell in cells])
    return Verdict(
        race_words.headline(found),
        tuple(race_words.sentences(found)),
        tuple(race_words.notes(found)),
        found,
    )


def depth_verdict(spec: Experiment, cells: Sequence[CellHistory]) -> Verdict[DepthFinding]:
    """The verdict on ``cells``, what has been recorded of the sweep ``spec`` so far."""
    found = depth_numbers.judge(spec, cells)
    return Verdict(
        depth_headline.headline(found),
        tuple(depth_words.sentences(found, cells)),
        tuple(depth_words.notes(found, cells)),
        found,
    )


_OF_KIND: Final[Mapping[str, Callable[[Experiment, Sequence[CellHistory]], Verdict[Any]]]] = MappingProxyType(
    {RACE.name: race_verdict, SWEEP.name: depth_verdict}
)


def verdict(kind: Kind, spec: Experiment, cells: Sequence[CellHistory]) -> Verdict[Any]:
    """The verdict of ``kind`` on ``cells``, what has been recorded of ``spec`` so far."""
    return _OF_KIND[kind.name](spec, cells)
