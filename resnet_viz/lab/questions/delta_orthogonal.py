"""Can a plain network be saved another way? Tanh and a delta-orthogonal start (Xiao et al. 2018)."""

from typing import Final

import numpy as np

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.duel_words import MORE_SEEDS, NONE_LEARNS, effect, facts_only, mean_loss
from resnet_viz.lab.duels import Verdict, duels, none_learns
from resnet_viz.lab.over_seeds import over_seeds, seed_series
from resnet_viz.lab.panel import Numbers, Panel
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.training_panels import ends_panel, loss_panel
from resnet_viz.lab.trainings import FEW_STEPS, Trainings, small_run, unpacked
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import number, sentence

GRADIENT: Final = "grad/relative"
USUAL, TANH, SAVED, RESIDUAL = (
    "plain+no-norm",
    "plain+no-norm+tanh",
    "plain+no-norm+tanh+delta-orthogonal",
    "residual",
)
_NETWORKS: Final = (USUAL, TANH, SAVED, RESIDUAL)
_NAMES: Final = {
    USUAL: N_("plain, ReLU"),
    TANH: N_("plain, tanh"),
    SAVED: N_("plain, tanh, delta-orthogonal"),
    RESIDUAL: N_("residual, batch norm"),
}
_PAIRS: Final = ((USUAL, SAVED), (USUAL, TANH), (TANH, SAVED), (SAVED, RESIDUAL))


def experiment(settings: Settings) -> Experiment:
    """The four networks; where it is not said otherwise, with ReLU and He's initial weights."""
    run = small_run(depth=int(settings["depth"]), steps=100, learning_rate=float(settings["learning_rate"]))
    return Experiment(run=run, families=_NETWORKS, seeds=int(settings["seeds"]))


def panels(result: Frame) -> list[Panel | Figure]:
    """Training loss, the gradient of every layer before the first step, and the test error of every seed."""
    found = unpacked(result)
    return [
        loss_panel(found, _NETWORKS, _named),
        _gradient_panel(found),
        ends_panel(found, _NETWORKS, _named),
    ]


def find(result: Frame) -> Finding | None:
    """Whether both changes together make the network learn, which of them does, and what is left."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    whole, by_tanh, by_start, rest = judged = duels(found, _PAIRS)
    usual, tanh, saved = (number(_first_over_last(found, name), 2) for name in (USUAL, TANH, SAVED))
    why = sentence(
        N_(
            "A delta-orthogonal kernel is zero but for its middle $W$, and $W^T W = I$. So $\\|Wx\\| = "
            "\\|x\\|$ and $\\|W^T g\\| = \\|g\\|$: all singular values are 1, and near 0 $\\tanh(z) "
            "\\approx z$ changes little. Before the first step $\\|g\\|/\\|w\\|$ of the first layer is "
            "{usual} times that of the last with ReLU, {tanh} times with tanh and {saved} times with tanh "
            "and that start. Final training losses: {usual_loss}, {tanh_loss} and {saved_loss}; residual: "
            "{residual_loss}."
        ),
        usual=usual,
        tanh=tanh,
        saved=saved,
        usual_loss=mean_loss(found, USUAL),
        tanh_loss=mean_loss(found, TANH),
        saved_loss=mean_loss(found, SAVED),
        residual_loss=mean_loss(found, RESIDUAL),
    )
    if whole.verdict is Verdict.NOT_JUDGED:
        return facts_only(found, _NETWORKS, _NAMES, why)
    outcome = {
        Verdict.BETTER: Outcome.SUPPORTS,
        Verdict.WORSE: Outcome.CONTRADICTS,
        Verdict.BOTH_FAIL: Outcome.CONTRADICTS,
        Verdict.SAME: Outcome.NO_EFFECT,
    }.get(whole.verdict, Outcome.UNDECIDED)
    idle = none_learns(judged)
    if idle:
        outcome = Outcome.UNDECIDED
    return Finding(
        outcome,
        sentence(
            N_(
                "From ReLU and He's weights to tanh and a delta-orthogonal start: {whole}. Tanh alone: "
                "{tanh}; that start beside it: {start}. From there to the residual network: {rest}."
            ),
            whole=effect(whole),
            tanh=effect(by_tanh),
            start=effect(by_start),
            rest=effect(rest),
        ),
        why,
        sentence(NONE_LEARNS if idle else MORE_SEEDS)
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _gradient_panel(found: Trainings) -> Panel:
    """‖g‖/‖w‖ of every convolution at step 0, relative to that of the last."""
    series = []
    for family in _NETWORKS:
        rows = _gradients(found, family)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = rows / rows[:, -1:] if rows.size else rows
        x = np.arange(1.0, rows.shape[1] + 1)
        series.append(seed_series(_named(family), x, relative, family, log=True))
    return Panel(
        "gradient",
        _("Gradient of every layer before the first step"),
        _("‖g‖/‖w‖, relative to the last convolution. Level: every layer gets as much."),
        _("Layer, from input to output"),
        _("‖g‖/‖w‖, relative to the last"),
        tuple(series),
        y_log=True,
        more=_(
            "g: gradient of a layer's weights w. Mean of the seeds; the shaded band is the 95% confidence "
            "interval, from three seeds on."
        ),
    )


def _gradients(found: Trainings, family: str) -> Numbers:
    """‖g‖/‖w‖ at step 0, [seeds, convolutions]."""
    tables = [one.profiles[GRADIENT] for one in found.of(family) if GRADIENT in one.profiles]
    if not tables:
        return np.zeros((0, 0))
    convolutions = [place for place, tap in enumerate(tables[0].taps) if tap != "head"]
    return np.array([table.value[0, convolutions] for table in tables], np.float64)


def _first_over_last(found: Trainings, family: str) -> float | None:
    """Its geometric mean over the seeds."""
    rows = _gradients(found, family)
    return float(over_seeds(rows[:, :1] / rows[:, -1:], log=True).mean[0]) if rows.size else None


def _named(family: str) -> str:
    return _(_NAMES[family])


def _right(result: Frame) -> str | None:
    """What becomes of the network with both changes, beside the residual one."""
    found = unpacked(result)
    if not found.are_whole:
        return None
    (duel,) = duels(found, [(SAVED, RESIDUAL)])
    if duel.failed[0] and len(duel.failed[0]) == duel.seeds:
        return "fails"
    return {Verdict.BETTER: "slower", Verdict.SAME: "same", Verdict.WORSE: "faster"}.get(duel.verdict)


QUESTION = Question(
    name="delta_orthogonal",
    title=N_("Can a plain network be saved another way?"),
    short=N_("Training loss of plain networks without norm: ReLU, tanh, and a delta-orthogonal start"),
    expected=N_(
        "Without normalisation and without skip connections a deep network learns once it has tanh and a "
        "delta-orthogonal start."
    ),
    row="without",
    needs="training",
    trains=experiment,
    settings=(
        Setting("depth", N_("Depth"), (20, 32, 44), 32),
        Setting("learning_rate", N_("Learning rate"), (0.01, 0.02, 0.03), 0.02),
        Setting("seeds", N_("Number of seeds"), (1, 4, 6), 4),
    ),
    predict=Choices(
        N_("A plain network with tanh and a delta-orthogonal start, without normalisation:"),
        {
            "fails": N_("it does not learn"),
            "slower": N_("it trains worse than the residual network"),
            "same": N_("it trains as well as the residual network"),
            "faster": N_("it trains better than the residual network"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        FEW_STEPS,
        N_(
            "One learning rate for all four, chosen with seeds that are not shown: the best of 0.01 and 0.02 "
            "for tanh with that start. With 0.01 the network with ReLU learns in some seeds."
        ),
        N_(
            "He's weights have twice the variance of the delta-orthogonal ones; whether size or "
            "orthogonality makes a difference is not told apart here."
        ),
        N_("Exact isometry ends where a stride leaves pixels out, and where tanh bends."),
    ),
    regime=N_("Without normalisation: plain networks with ReLU and He's weights hardly learn at this depth."),
    published=(
        Published(
            sentence(
                N_(
                    "Plain convolutional networks of 10,000 layers train with a delta-orthogonal start and "
                    "tanh, without skip connections and without normalisation."
                )
            ),
            "Xiao et al. 2018, abstract",
            sentence(N_("They train to the end; ours are 8 channels wide and train for 100 steps.")),
        ),
    ),
)
