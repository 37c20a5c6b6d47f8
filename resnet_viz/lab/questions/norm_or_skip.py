"""Norm or skip: whose merit is it? Four networks, 2 × 2, over seeds."""

from typing import Final

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.endings import guessing_loss
from resnet_viz.lab.duel_words import MORE_SEEDS, NONE_LEARNS, effect, ends, facts_only
from resnet_viz.lab.duels import Verdict, duels, none_learns
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome, Question, Setting, Settings
from resnet_viz.lab.training_panels import ends_panel, loss_panel
from resnet_viz.lab.trainings import FEW_STEPS, small_run, unpacked
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import number, sentence

NEITHER, SKIP, NORM, BOTH = "plain+no-norm", "residual+no-norm", "plain", "residual"
_FOUR: Final = (NEITHER, SKIP, NORM, BOTH)
_NAMES: Final = {
    NEITHER: N_("neither"),
    SKIP: N_("skip connections alone"),
    NORM: N_("normalisation alone"),
    BOTH: N_("both"),
}
_EFFECTS: Final = ((NORM, BOTH), (NEITHER, SKIP), (NEITHER, NORM), (SKIP, BOTH))
"""Of the skip with and without norm, of the norm without and with skip."""


def experiment(settings: Settings) -> Experiment:
    """The four networks."""
    run = small_run(depth=int(settings["depth"]), steps=120, learning_rate=0.05, init=settings["init"])
    return Experiment(run=run, families=_FOUR, seeds=int(settings["seeds"]))


def panels(result: Frame) -> list[Panel | Figure]:
    """Training loss over steps, and the test error of every seed."""
    found = unpacked(result)
    return [loss_panel(found, _FOUR, _named), ends_panel(found, _FOUR, _named)]


def find(result: Frame) -> Finding | None:
    """Compare along the four edges of the square."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    effects = duels(found, _EFFECTS)
    verdicts = {duel.verdict for duel in effects}
    why = sentence(
        N_(
            "A block computes $y = x + F(x)$ with the skip connection and $y = F(x)$ without; batch "
            "normalisation replaces every $z$ by $\\gamma (z - \\mu)/\\sigma + \\beta$, so that what a layer "
            "is given has one size at every depth. Final training losses: {ends}. Guessing, all classes "
            "equally probable: {guess}."
        ),
        ends=ends(found, _FOUR, _NAMES),
        guess=number(guessing_loss(found.classes)),
    )
    if Verdict.NOT_JUDGED in verdicts:
        return facts_only(found, _FOUR, _NAMES, why)
    idle = none_learns(effects)
    if idle:
        outcome = Outcome.UNDECIDED
    elif verdicts == {Verdict.BETTER}:
        outcome = Outcome.SUPPORTS
    elif verdicts <= {Verdict.SAME}:
        outcome = Outcome.NO_EFFECT
    elif verdicts & {Verdict.WORSE, Verdict.SAME, Verdict.BOTH_FAIL}:
        outcome = Outcome.CONTRADICTS
    else:
        outcome = Outcome.UNDECIDED
    skip_with, skip_alone, norm_alone, norm_with = map(effect, effects)
    return Finding(
        outcome,
        sentence(
            N_(
                "Skip connections: with normalisation {skip_with}; without it {skip_alone}. Normalisation: "
                "with skip connections {norm_with}; without them {norm_alone}."
            ),
            skip_with=skip_with,
            skip_alone=skip_alone,
            norm_alone=norm_alone,
            norm_with=norm_with,
        ),
        why,
        sentence(NONE_LEARNS if idle else MORE_SEEDS) if outcome is Outcome.UNDECIDED else None,
    )


def _named(family: str) -> str:
    return _(_NAMES[family])


def _right(result: Frame) -> str | None:
    """Which of the two with one of them trains better."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    (duel,) = duels(found, [(NORM, SKIP)])
    return {
        Verdict.BETTER: "skip",
        Verdict.WORSE: "norm",
        Verdict.SAME: "same",
        Verdict.BOTH_FAIL: "same",
    }.get(duel.verdict)


_BETTER_WITH: Final[dict[str, str]] = {
    "norm": N_("the one with normalisation"),
    "skip": N_("the one with skip connections"),
    "same": N_("neither: no difference that matters"),
}

QUESTION = Question(
    name="norm_or_skip",
    title=N_("Normalisation or skip connections: whose merit is it?"),
    short=N_("Training loss of four networks with and without batch normalisation and skip connections"),
    expected=N_("Normalisation and skip connections each help, whether the other is there or not."),
    row="without",
    needs="training",
    trains=experiment,
    settings=(
        Setting(
            "init",
            N_("Initial weights"),
            ("he", "pytorch"),
            "he",
            N_("He: large enough to pass signals through ReLU layers. PyTorch: smaller; signals shrink."),
            {"pytorch": N_("PyTorch's own"), "he": "He"},
        ),
        Setting("depth", N_("Depth"), (20, 32), 32),
        Setting("seeds", N_("Number of seeds"), (1, 4, 6), 4),
    ),
    predict=Choices(
        N_("Of the two networks that have only one of them, which one trains better?"), _BETTER_WITH, _right
    ),
    panels=panels,
    find=find,
    limits=(
        FEW_STEPS,
        N_("One learning rate (0.05) for all four; the best one of each may differ."),
        N_("No published figures: none known with several seeds at this depth."),
    ),
    regime=N_(
        "With normalisation: degradation. Without it signals grow from block to block (He) or gradients "
        "vanish (PyTorch)."
    ),
)
