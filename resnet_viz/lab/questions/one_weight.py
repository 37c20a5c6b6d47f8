"""What does one weight do? The loss over a single weight of the first, a middle and the last convolution."""

from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.guessing import guesses, would_tell_more
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Question, Setting, Settings
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, number, sentence

LAYERS: Final = ("first", "middle", "last")
_TITLES: Final = {
    "first": N_("First convolution"),
    "middle": N_("A middle convolution"),
    "last": N_("Last convolution"),
}
_MATTERS: Final = 0.05
"""A loss that is higher by that much on average over the range is one that a reader sees."""


def panels(result: Frame) -> list[Panel | Figure]:
    """One chart for each of the three convolutions, all on one scale."""
    families = result.values["families"]
    every = np.concatenate([result.arrays[f"losses_{family}"].ravel() for family in families])
    top = float(np.nanmax(every)) if np.isfinite(every).any() else 1.0
    return [_panel(result, place, layer, top) for place, layer in enumerate(LAYERS)]


def _panel(result: Frame, place: int, layer: str, top: float) -> Panel:
    moves = result.arrays["moves"]
    families = result.values["families"]
    series = (Series(family_name(one), moves, result.arrays[f"losses_{one}"][place], one) for one in families)
    names = result.values["layers"]
    return Panel(
        layer,
        _(_TITLES[layer]),
        _("The loss with one weight changed and all others as trained. Level: this weight hardly matters."),
        _("Change of the weight, in norms of its filter"),
        _("Training loss"),
        tuple(series),
        more=", ".join(f"{family_name(one)}: {names[one][place]}" for one in names),
        y_range=(0.0, 1.05 * top),
    )


def rises(result: Frame, family: str) -> Numbers:
    """By how much the loss is above its trained value on average over the range, float64 [layers]."""
    losses: Numbers = result.arrays[f"losses_{family}"]
    found: Numbers = losses.mean(1) - losses[:, losses.shape[1] // 2]
    return found


def gap(result: Frame) -> float | None:
    """By how much more the three weights matter in the plain network; None where a network only guesses."""
    plain, residual = (rises(result, family) for family in result.values["families"][:2])
    if any(guesses(loss, result.values["classes"]) for loss in _trained(result)):
        return None
    return float((plain - residual).mean())


def find(result: Frame) -> Finding | None:
    """Compare how much each of the three weights matters in both networks."""
    families = result.values["families"]
    if len(families) < 2:
        return None
    first, second = (rises(result, family) for family in families[:2])
    if not np.isfinite([first, second]).all():
        return None
    trained = _trained(result)
    idle = any(guesses(loss, result.values["classes"]) for loss in trained)
    outcome = Outcome.UNDECIDED if idle else _outcome(first, second)
    return Finding(
        outcome,
        sentence(
            N_(
                "While one weight of the first convolution is moved by up to {reach} norms of its filter, "
                "the loss of the plain network is higher by {plain} on average, that of the residual network "
                "by {residual}; in the last convolution by {plain_last} and {residual_last}."
            ),
            reach=f"{result.arrays['moves'][-1]:g}",
            plain=number(first[0], 2),
            residual=number(second[0], 2),
            plain_last=number(first[2], 2),
            residual_last=number(second[2], 2),
        ),
        sentence(
            N_(
                "Near the trained value $L(w + \\delta) \\approx L(w) + \\frac{{\\partial L}}{{\\partial "
                "w}}\\,\\delta$: in the first convolution of the residual network $L = {loss}$, and "
                "backpropagation gives a slope of {slope} per norm of the filter. Farther away only the "
                "curve tells."
            ),
            loss=number(trained[1]),
            slope=number(result.values["slopes"][families[1]][0], 2),
        ),
        would_tell_more() if idle else _would_tell(outcome),
    )


def _trained(result: Frame) -> list[float]:
    """The loss of both networks as they were trained."""
    middle = result.arrays["moves"].size // 2
    return [float(result.arrays[f"losses_{family}"][0, middle]) for family in result.values["families"][:2]]


def _outcome(plain: Numbers, residual: Numbers) -> Outcome:
    """Over the layers in which a weight of either network matters."""
    matters = np.maximum(plain, residual) > _MATTERS
    if not matters.any():
        return Outcome.NO_EFFECT
    if (residual < plain / 2)[matters].all():
        return Outcome.SUPPORTS
    return Outcome.CONTRADICTS if (plain < residual / 2)[matters].all() else Outcome.UNDECIDED


def _would_tell(outcome: Outcome) -> Sentence | None:
    if outcome is Outcome.NO_EFFECT:
        return sentence(N_("A wider range would tell where these weights begin to matter."))
    if outcome is Outcome.UNDECIDED:
        return sentence(N_("Other weights, and pairs of other seeds, would tell."))
    return None


def _right(result: Frame) -> str | None:
    found = rises(result, result.values["families"][-1])
    return LAYERS[int(found.argmax())] if np.isfinite(found).all() and found.max() > _MATTERS else None


def _looks(settings: Settings, _blocks: int) -> float:
    return float(settings["images"])


QUESTION = Question(
    name="one_weight",
    title=N_("What does one weight do?"),
    short=N_("Training loss while one weight of the first, a middle and the last convolution is changed"),
    expected=N_("The loss of a residual network depends less on a single weight than that of a plain one."),
    row="leans",
    needs="pair",
    settings=(
        Setting(
            "reach",
            N_("Range"),
            (0.5, 1.0, 2.0, 4.0),
            1.0,
            N_("By how many norms of its filter the weight is moved, up and down."),
        ),
        Setting("images", N_("Training images"), (128, 256, 512), 256),
    ),
    predict=Choices(
        N_("In the residual network the loss depends most on a weight of:"),
        {
            "first": N_("the first convolution"),
            "middle": N_("a middle convolution"),
            "last": N_("the last convolution"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(
        N_("Three weights of each network: in each layer the one that is largest in size."),
        N_("Batch normalisation keeps the statistics of the trained network; training on would adapt them."),
    ),
    limit_of_pair=N_("One pair of networks: what is measured belongs to these two runs."),
    gap=gap,
)
