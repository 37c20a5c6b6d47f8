"""Can it be learned without normalisation? (De & Smith 2020; ReZero, Bachlechner et al. 2020)"""

from math import inf
from typing import Final

import numpy as np

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.duel_words import NONE_LEARNS, effect, facts_only, mean_loss
from resnet_viz.lab.duels import Verdict, duels, none_learns
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.training_panels import ends_panel, loss_panel
from resnet_viz.lab.trainings import FEW_STEPS, Trainings, small_run, unpacked
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import count, number, sentence

SCALE: Final = "branch/scale"
BARE, SCALED, NORMALISED = "residual+no-norm", "residual+no-norm+learned-scale", "residual"
_NETWORKS: Final = (BARE, SCALED, NORMALISED)
_NAMES: Final = {
    BARE: N_("without normalisation"),
    SCALED: N_("with a learned scale instead"),
    NORMALISED: N_("with batch normalisation"),
}
_LINES: Final = 3
"""So many moments of the training have a line."""


def experiment(settings: Settings) -> Experiment:
    """The three networks, with He's initial weights."""
    run = small_run(depth=int(settings["depth"]), steps=150, learning_rate=float(settings["learning_rate"]))
    return Experiment(run=run, families=_NETWORKS, seeds=int(settings["seeds"]))


def panels(result: Frame) -> list[Panel | Figure]:
    """Training loss, |α| of every block, and the test error of every seed."""
    found = unpacked(result)
    return [
        loss_panel(found, _NETWORKS, _named),
        _scale_panel(found),
        ends_panel(found, _NETWORKS, _named),
    ]


def find(result: Frame) -> Finding | None:
    """Whether the learned scale makes the difference, and what is left to batch normalisation."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    by_scale, rest = judged = duels(found, [(BARE, SCALED), (SCALED, NORMALISED)])
    last = _scales(found, _steps(found)[-1:])
    why = sentence(
        N_(
            "A block computes $y = x + \\alpha F(x)$ with $\\alpha = 0$ at the start: every block begins as "
            "the identity, and no signal can grow. The first batch has a training loss of {bare} without "
            "normalisation and of {scaled} with $\\alpha$ (mean of the seeds). At the end the mean "
            "$|\\alpha|$ of the {blocks} blocks is {alpha}."
        ),
        bare=number(_first_loss(found, BARE)),
        scaled=number(_first_loss(found, SCALED)),
        blocks=count(last.shape[-1]),
        alpha=number(float(np.mean(last)) if last.size else None),
    )
    if by_scale.verdict is Verdict.NOT_JUDGED:
        return facts_only(found, _NETWORKS, _NAMES, why)
    outcome = {
        Verdict.BETTER: Outcome.SUPPORTS,
        Verdict.WORSE: Outcome.CONTRADICTS,
        Verdict.BOTH_FAIL: Outcome.CONTRADICTS,
        Verdict.SAME: Outcome.NO_EFFECT,
    }.get(by_scale.verdict, Outcome.UNDECIDED)
    idle = none_learns(judged)
    if idle:
        outcome = Outcome.UNDECIDED
    return Finding(
        outcome,
        sentence(
            N_(
                "From no normalisation to a learned scale: {by_scale} (final training loss {scaled}). From "
                "there to batch normalisation: {rest}."
            ),
            by_scale=effect(by_scale),
            scaled=mean_loss(found, SCALED),
            rest=effect(rest),
        ),
        why,
        sentence(NONE_LEARNS if idle else N_("More seeds or another learning rate would tell."))
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _scale_panel(found: Trainings) -> Panel:
    """|α| over blocks, at a few moments."""
    nothing = np.zeros(0)
    series = [
        Series(_named(family), nothing, nothing, family) for family in _NETWORKS
    ]  # one look in all charts
    for variant, step in enumerate(reversed(_steps(found))):
        scales = _scales(found, [step])[:, 0]
        ends = [t_interval(list(map(float, column)), (0.0, inf)) for column in scales.T]
        has_band = variant == 0 and len(scales) >= FEWEST
        series.append(
            Series(
                _("after {step} steps").format(step=step),
                np.arange(1.0, scales.shape[1] + 1),
                scales.mean(axis=0),
                SCALED,
                low=np.array([one.low for one in ends], np.float64) if has_band else None,
                high=np.array([one.high for one in ends], np.float64) if has_band else None,
                variant=variant,
            )
        )
    return Panel(
        "scale",
        _("Learned scale |α| of every block"),
        _("Each line: one moment of the training, mean of the seeds. At the start every α is 0."),
        _("Block, from input to output"),
        _("|α|"),
        tuple(series),
        more=_("The shaded band is the 95% confidence interval of the last line, from three seeds on."),
    )


def _steps(found: Trainings) -> list[int]:
    """The moments that are shown, of those that all seeds have reached that have begun."""
    tables = [one.profiles[SCALE] for one in found.of(SCALED) if SCALE in one.profiles]
    if not tables:
        return []
    reached = [int(step) for step in min((table.step for table in tables), key=len) if step > 0]
    chosen = np.linspace(0, len(reached) - 1, min(_LINES, len(reached))).round().astype(int)
    return [reached[place] for place in chosen]


def _scales(found: Trainings, steps: list[int]) -> Numbers:
    """|α| [seeds, steps, blocks]."""
    tables = [one.profiles[SCALE] for one in found.of(SCALED) if SCALE in one.profiles]
    if not tables or not steps:
        return np.zeros((0, 0, 0))
    return np.array([table.value[np.isin(table.step, steps)] for table in tables], np.float64)


def _first_loss(found: Trainings, family: str) -> float:
    return float(np.mean([one.series["train/loss"].value[0] for one in found.of(family)]))


def _named(family: str) -> str:
    return _(_NAMES[family])


def _right(result: Frame) -> str | None:
    """What becomes of the network with a learned scale, beside batch normalisation."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    (duel,) = duels(found, [(SCALED, NORMALISED)])
    if duel.failed[0] and len(duel.failed[0]) == duel.seeds:
        return "fails"
    return {Verdict.BETTER: "slower", Verdict.SAME: "same", Verdict.WORSE: "faster"}.get(duel.verdict)


QUESTION = Question(
    name="no_norm",
    title=N_("Can it be learned without normalisation?"),
    short=N_(
        "Training loss without normalisation, with a learned scale of every branch, and with batch norm"
    ),
    expected=N_("Without normalisation a residual network learns once every branch starts at zero."),
    row="after",
    needs="training",
    trains=experiment,
    settings=(
        Setting("learning_rate", N_("Learning rate"), (0.03, 0.05, 0.1), 0.1),
        Setting("depth", N_("Depth"), (20, 32), 32),
        Setting("seeds", N_("Number of seeds"), (1, 4, 6), 4),
    ),
    predict=Choices(
        N_("Without normalisation but with a learned scale, how does the network train?"),
        {
            "fails": N_("it does not learn"),
            "slower": N_("worse than with batch normalisation"),
            "same": N_("as well as with batch normalisation"),
            "faster": N_("better than with batch normalisation"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        FEW_STEPS,
        N_("He's initial weights. With smaller ones a network without normalisation may learn as it is."),
    ),
    regime=N_("Without normalisation and with He's initial weights the signal grows from block to block."),
    published=(
        Published(
            sentence(
                N_(
                    "At the start batch normalisation makes a branch smaller by about √depth, so that blocks "
                    "are near the identity; a learned scale from 0 does the same without it."
                )
            ),
            "De & Smith 2020",
            sentence(
                N_("They train deeper networks to the end; ours are small and trained for some seconds.")
            ),
        ),
    ),
)
