"""Can blocks be dropped at random while training? (Huang et al. 2016)"""

from math import fsum
from typing import Final

import numpy as np

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.duel_words import MORE_SEEDS, mean_accuracy
from resnet_viz.lab.duels import Duel, Verdict, duels
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Finding, Guess, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.training_panels import ends_panel, loss_panel
from resnet_viz.lab.trainings import FEW_STEPS, Trainings, small_run, unpacked
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.resnet import survival_of_blocks
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, percent, points, sentence

WHOLE: Final = "residual"


def experiment(settings: Settings) -> Experiment:
    """The whole network and the one that loses blocks."""
    run = small_run(depth=int(settings["depth"]), steps=int(settings["steps"]), learning_rate=0.1)
    dropping = f"{WHOLE}+survival={settings['survival']}"
    return Experiment(run=run, families=(WHOLE, dropping), seeds=int(settings["seeds"]))


def panels(result: Frame) -> list[Panel | Figure]:
    """Test error of every seed, training loss, and how often each block takes part."""
    found = unpacked(result)
    families = found.spec.families
    return [
        loss_panel(found, families, _named),
        ends_panel(found, families, _named),
        _survival_panel(found),
    ]


def find(result: Frame) -> Finding | None:
    """Judge by the accuracy on test images, on which both networks have all their blocks."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    dropping = _dropping(found)
    (duel,) = duels(found, [(WHOLE, dropping)], on_test_images=True)
    survivals = _survivals(found)
    why = sentence(
        N_(
            "Block $l$ of $L$ takes part in a training step with the probability "
            "$p_l = 1 - \\frac{{l}}{{L}}(1 - p_L)$; in tests its branch is multiplied by $p_l$, so that the "
            "next block sees the same mean: $y = x + p_l F(x)$. With $L$ = {blocks} and $p_L$ = {last} a "
            "step has {kept} branches on average. It took {dropping_ms} ms, without dropping {whole_ms} ms: "
            "here a branch that is left out is computed all the same, so no time is saved."
        ),
        blocks=count(len(survivals)),
        last=number(survivals[-1]),
        kept=number(fsum(survivals)),
        dropping_ms=number(_step_ms(found, dropping), 2),
        whole_ms=number(_step_ms(found, WHOLE), 2),
    )
    if duel.verdict is Verdict.NOT_JUDGED:
        facts = sentence(
            N_("Test accuracy: {whole} with all blocks, {dropping} with blocks dropped in training."),
            whole=mean_accuracy(found, WHOLE),
            dropping=mean_accuracy(found, dropping),
        )
        return Finding(Outcome.UNDECIDED, facts, why, sentence(MORE_SEEDS))
    outcome = {
        Verdict.BETTER: Outcome.SUPPORTS,
        Verdict.WORSE: Outcome.CONTRADICTS,
        Verdict.SAME: Outcome.NO_EFFECT,
    }.get(duel.verdict, Outcome.UNDECIDED)
    return Finding(
        outcome,
        _sentence(found, duel),
        why,
        None
        if outcome is Outcome.SUPPORTS
        else sentence(N_("A training to the end, when the network knows its images by heart, would tell.")),
    )


_WHOLE_NAME: Final = N_("all blocks")
_DROPPING_NAME: Final = N_("blocks dropped at random")
_ALSO: Final = {
    Verdict.BETTER: N_("a gain of {gain} points."),
    Verdict.WORSE: N_("a loss of {loss} points."),
    Verdict.SAME: N_("no difference of a size that matters ({gain} points)."),
    Verdict.OPEN: N_("a difference of {gain} points, but whether it matters is open."),
    Verdict.UNDECIDED: N_("a difference of {gain} points, which may be chance."),
}
_OTHERWISE: Final = N_("no gap is stated.")


def _sentence(found: Trainings, duel: Duel) -> Sentence:
    gain = duel.gain.interval.mean if duel.gain and not duel.by_failure else None
    ending = _ALSO[duel.verdict] if gain is not None and duel.verdict in _ALSO else _OTHERWISE
    return sentence(
        N_(
            "Test accuracy, mean of {seeds} seeds: {whole} with all blocks, {dropping} with blocks dropped "
            "at random in training; {ending}"
        ),
        seeds=duel.seeds,
        whole=mean_accuracy(found, WHOLE),
        dropping=mean_accuracy(found, duel.second),
        ending=sentence(ending, gain=points(gain), loss=points(None if gain is None else -gain)),
    )


def _survival_panel(found: Trainings) -> Panel:
    survivals = np.array(_survivals(found))
    at = np.arange(1.0, len(survivals) + 1)
    name = _("p = 1 − (l/L)(1 − p_L)")
    return Panel(
        "survival",
        _("How often each block takes part in a training step"),
        _("The first blocks are hardly ever left out, the last one most often."),
        _("Block, from input to output"),
        _("Probability"),
        (Series(name, at, survivals, kind="theory"),),
        y_range=(0.0, 1.05),
    )


def _dropping(found: Trainings) -> str:
    return next(family for family in found.spec.families if family != WHOLE)


def _survivals(found: Trainings) -> tuple[float, ...]:
    return survival_of_blocks(found.spec.network(_dropping(found), found.spec.depths[0]))


def _step_ms(found: Trainings, family: str) -> float | None:
    """The mean over seeds; of those that diverged too, whose steps cost as much."""
    timed = [
        1000 * one.facts["training_s"] / len(one.series["train/loss"])
        for one in found.of(family)
        if "training_s" in one.facts and len(one.series.get("train/loss", ()))
    ]
    return fsum(timed) / len(timed) if timed else None


def _named(family: str) -> str:
    return _(_WHOLE_NAME) if family == WHOLE else _(_DROPPING_NAME)


def _measured(result: Frame) -> float | None:
    found = unpacked(result)
    accuracies = list(found.test_accuracies(_dropping(found)).values())
    return fsum(accuracies) / len(accuracies) if found.are_whole and accuracies else None


QUESTION = Question(
    name="stochastic_depth",
    title=N_("Can blocks be dropped at random while training?"),
    short=N_("Test error and training loss of a residual network with and without stochastic depth"),
    expected=N_("A network that loses blocks at random in training is better on test images."),
    row="after",
    needs="training",
    trains=experiment,
    settings=(
        Setting(
            "survival",
            N_("How often the last block is kept (p_L)"),
            (0.5, 0.8),
            0.5,
            N_("0.5 is that of the paper. Earlier blocks are kept more often."),
        ),
        Setting("steps", N_("Training steps"), (150, 300), 150),
        Setting("depth", N_("Depth"), (20, 32), 32),
        Setting("seeds", N_("Number of seeds"), (1, 4, 6), 4),
    ),
    predict=Guess(
        N_("What test accuracy does the network have that lost blocks at random in training?"),
        0.0,
        1.0,
        0.05,
        _measured,
        percent,
        is_share=True,
    ),
    panels=panels,
    find=find,
    limits=(
        N_("The training losses cannot be compared: one of them is that of networks with fewer blocks."),
        FEW_STEPS,
        N_("No time is saved here: a branch that is left out is computed and multiplied by 0."),
    ),
    regime=N_("With batch normalisation and He's initial weights: the degradation regime."),
    published=(
        Published(
            sentence(N_("p_L = 0.5, falling linearly from the first block to the last, is proposed there.")),
            "Huang et al. 2016, §3",
            sentence(
                N_(
                    "There it is a regularisation for networks of 110 layers and more, trained for hundreds "
                    "of passes over the data; ours see each image once or twice."
                )
            ),
        ),
    ),
)
