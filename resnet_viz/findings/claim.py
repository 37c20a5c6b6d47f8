"""A sentence that is said of residual networks, beside what was counted or measured here."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence


class ClaimOutcome(StrEnum):
    """What our numbers do to a claim."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"
    NO_EFFECT = "no_effect"
    UNDECIDED = "undecided"

    @property
    def in_words(self) -> Sentence:
        """In a word or two."""
        return sentence(_TITLES[self])


_TITLES: Final[Mapping[ClaimOutcome, str]] = MappingProxyType(
    {
        ClaimOutcome.SUPPORTS: N_("supports"),
        ClaimOutcome.CONTRADICTS: N_("contradicts"),
        ClaimOutcome.NO_EFFECT: N_("no effect seen"),
        ClaimOutcome.UNDECIDED: N_("can't tell yet"),
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, checked.

    Attributes:
        name: a word for programs and links.
        claim: what is said.
        ours: the numbers of this machine.
        outcome: what they do to the claim.
        published: figures that were read in ``source``; None where there are none.
        remark: limits of the comparison, or what would tell where it cannot be told yet.
    """

    name: str
    claim: Sentence
    ours: Sentence
    outcome: ClaimOutcome
    published: Sentence | None = None
    source: str = ""
    remark: Sentence | None = None

    @property
    def title(self) -> Sentence:
        """The outcome in a word or two."""
        return self.outcome.in_words

    def to_dict(self) -> dict[str, Any]:
        """What programs get: texts in the language in force."""
        return {
            "name": self.name,
            "claim": str(self.claim),
            "ours": str(self.ours),
            "published": None if self.published is None else str(self.published),
            "source": self.source,
            "outcome": self.outcome.value,
            "remark": None if self.remark is None else str(self.remark),
        }
