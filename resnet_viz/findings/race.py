"""What a race has shown, in words, from its numbers alone: `race_numbers` judges, `race_words` speaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resnet_viz.findings.race_numbers import RaceFinding, RaceOutcome, judge
from resnet_viz.findings.race_words import headline, notes, sentences
from resnet_viz.history import RunHistory
from resnet_viz.specs import RaceSpec
from resnet_viz.wording import Sentence, running_text


@dataclass(frozen=True, slots=True)
class Verdict:
    """A headline, sentences, notes on how it was judged, and the numbers these rest on."""

    headline: Sentence
    sentences: tuple[Sentence, ...]
    notes: tuple[Sentence, ...]
    found: RaceFinding

    @property
    def outcome(self) -> RaceOutcome:
        """What the race comes to."""
        return self.found.outcome

    @property
    def text(self) -> str:
        """The verdict in the reader's language."""
        return running_text([*self.sentences, *self.notes])

    def to_dict(self) -> dict[str, Any]:
        """What programs get: texts, gaps and their intervals."""
        return {"headline": str(self.headline), "text": self.text} | self.found.to_dict()


def verdict(race: RaceSpec, histories: Sequence[RunHistory]) -> Verdict:
    """The verdict on ``histories``, the runs of ``race`` so far."""
    found = judge(race, histories)
    return Verdict(headline(found), tuple(sentences(found)), tuple(notes(found)), found)
