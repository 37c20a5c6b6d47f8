"""What every question is made of, and what every answer says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.claim import ClaimOutcome
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, sentence

Outcome = ClaimOutcome

Value = int | float | str | bool
Settings = Mapping[str, Value]

ROWS: Final = {
    "before": N_("Before training"),
    "carries": N_("What the skip connection carries"),
    "leans": N_("What a trained network leans on"),
    "without": N_("Can it be done without?"),
    "after": N_("After 2015"),
}
"""Where a question stands in the index, in that order."""

Needs = Literal["start", "pair", "training"]
"""Networks at their random start, a pair of trained ones, or trainings of its own."""


class Setting(NamedTuple):
    """Something that may be changed; ``texts`` are gettext keys of options that are words."""

    name: str
    label: str
    options: tuple[Value, ...]
    default: Value
    help: str = ""
    texts: Mapping[Value, str] = {}


class Choices(NamedTuple):
    """A prediction of one of several; ``right`` says which it was, None where that is open."""

    asked: str
    options: Mapping[str, str]
    right: Callable[[Frame], str | None]


class Guess(NamedTuple):
    """A prediction of a number between ``low`` and ``high``.

    ``measured`` is what came, None where that is open; ``shown`` writes such a number. A share
    (``is_share``) is asked for in percent.
    """

    asked: str
    low: float
    high: float
    step: float
    measured: Callable[[Frame], float | None]
    shown: Callable[[float], str]
    is_share: bool = False


DRAWN_POINTS: Final = 12
"""A drawn curve has so many points, evenly from the left to the right."""


class Drawing(NamedTuple):
    """A prediction of a curve, drawn on empty axes.

    ``line`` is the measured one that it is compared with, in the panel called ``panel``; None where it is
    not whole yet.
    """

    asked: str
    panel: str
    x_title: str
    y_title: str
    low: float
    high: float
    step: float
    line: Callable[[Frame], Series | None]
    is_share: bool = False


class Published(NamedTuple):
    """What a paper says: the figures, where they stand, and why ours may differ."""

    figures: Sentence
    source: str
    why: Sentence


class Finding(NamedTuple):
    """What the numbers allow one to say.

    Attributes:
        sentence: the numbers, in words.
        why: the formula with this run's values, as Markdown with LaTeX between dollars.
        would_tell: where the outcome is open or nothing was seen, what would tell.
        pairs: of how many pairs of trained networks it is, each of another seed.
    """

    outcome: Outcome
    sentence: Sentence
    why: Sentence
    would_tell: Sentence | None = None
    pairs: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Attributes:
        name: in links, on the command line, and of both its modules.
        title: the question itself.
        short: what is measured, in a line.
        expected: the sentence that an answer supports or contradicts.
        row: a key of `ROWS`.
        settings: what may be changed; the page shows the first as *the* one thing to change.
        predict: what a reader may say before.
        panels: what is drawn of a result, in order; also of a partial one.
        find: what it allows one to say; None where there is too little yet.
        limits: what the answer does not say, a sentence each.
        limit_of_pair: what it does not say where it is of one pair of trained networks.
        gap: by how much one pair of trained networks speaks for ``expected``, below zero against it; None
            where that cannot be judged. A question without it takes one pair of a race, the others all.
        regime: which of the two regimes it is about, where that matters.
        published: what papers say of it.
        residual_only: whether a network without skip connections has nothing to be measured.
        with_path: whether the checkpoints before the one it is about are measured too.
        trains: what it trains where it ``needs`` that.
        looks: how many images go through a trained network of so many blocks, by which other settings are
            said to take longer; None where no setting changes that.
    """

    name: str
    title: str
    short: str
    expected: str
    row: str
    needs: Needs
    settings: tuple[Setting, ...]
    predict: Choices | Guess | Drawing
    panels: Callable[[Frame], list[Panel | Figure]]
    find: Callable[[Frame], Finding | None]
    limits: tuple[str, ...]
    limit_of_pair: str = ""
    gap: Callable[[Frame], float | None] | None = None
    regime: str = ""
    published: tuple[Published, ...] = ()
    residual_only: bool = False
    with_path: bool = False
    trains: Callable[[Settings], Experiment] | None = None
    looks: Callable[[Settings, int], float] | None = None
    defaults: Settings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "defaults", {one.name: one.default for one in self.settings})

    def outcome_in_words(self, finding: Finding | None) -> Sentence:
        """The outcome in a few words; one pair of networks is one seed, which speaks of itself only."""
        if finding is None:
            return Outcome.UNDECIDED.in_words
        if self.needs == "pair" and finding.pairs == 1 and finding.outcome is not Outcome.UNDECIDED:
            return sentence(N_("{outcome}, for these networks"), outcome=finding.outcome.in_words)
        return finding.outcome.in_words

    def limits_of(self, pairs: int) -> tuple[str, ...]:
        """What an answer about so many pairs of trained networks does not say."""
        return (self.limit_of_pair, *self.limits) if self.limit_of_pair and pairs == 1 else self.limits

    def with_settings(self, given: Mapping[str, Any]) -> dict[str, Value]:
        """All settings, those not ``given`` at their defaults.

        Raises:
            InvalidSetting: there is no such setting, or it has no such value.
        """
        known = {one.name: one for one in self.settings}
        for name, value in given.items():
            if name not in known:
                raise InvalidSetting(
                    "unknown_lab_setting",
                    N_("The question {question} has no setting {name}; it has: {known}."),
                    field="set",
                    question=self.name,
                    name=name[:60],
                    known=", ".join(known) or "–",
                )
            if value not in known[name].options:
                raise InvalidSetting(
                    "lab_setting_value",
                    N_("The setting {name} of the question {question} can be {options}, not {value}."),
                    field="set",
                    question=self.name,
                    name=name,
                    options=", ".join(map(str, known[name].options)),
                    value=str(value)[:60],
                )
        return {**self.defaults, **given}
