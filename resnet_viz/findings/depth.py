"""What a sweep has shown, in words, from its numbers alone: `depth_numbers` judges, `depth_words` speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resnet_viz.experiments.sweeps import CellHistory, SweepSpec
from resnet_viz.findings.depth_headline import headline
from resnet_viz.findings.depth_numbers import SweepFinding, judge
from resnet_viz.findings.depth_words import notes, sentences
from resnet_viz.wording import Sentence, running_text


@dataclass(frozen=True, slots=True)
class SweepVerdict:
    """A headline, sentences, notes on how it was judged, and the numbers these rest on."""

    headline: Sentence
    sentences: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    found: SweepFinding

    @property
    def text(self) -> str:
        """The verdict in the reader's language."""
        return running_text([*self.sentences, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """What programs get; errors are shares of 1, gaps plain − residual, changes deepest − shallowest."""
        found = self.found
        gap = found.gaps[0] if found.gaps else None
        interval = gap.train.interval if gap else None
        return {
            "headline": str(self.headline),
            "text": self.text,
            "complete": found.is_complete,
            "ended": not found.is_moving,
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
                for one in found.families
            },
            "gap_depth": gap.depth if gap else None,
            "gap_outcome": gap.outcome.value if gap else None,
            "train_error_gap": interval.mean if interval else None,
            "train_error_gap_low": interval.low if interval else None,
            "train_error_gap_high": interval.high if interval else None,
            "seeds": gap.train.seeds if gap else None,
        }


def sweep_verdict(spec: SweepSpec, cells: Sequence[CellHistory]) -> SweepVerdict:
    """The verdict on ``cells``, what has been recorded of the sweep ``spec`` so far."""
    found = judge(spec, cells)
    return SweepVerdict(headline(found), tuple(sentences(found, cells)), tuple(notes(found, cells)), found)
