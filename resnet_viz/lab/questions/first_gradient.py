"""What gradient does each layer get before the first step? (He et al. 2015 §4.1, Yang et al. 2019)"""

from math import log10, pi, sqrt
from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.over_seeds import over_seeds, seed_series
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting
from resnet_viz.lab.settings import DEPTH, SEEDS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, sentence

FACTOR: Final = 20
"""From here on the app says that a gradient explodes, and below the inverse that it vanishes."""
WIDE_LIMIT: Final = sqrt(pi / (pi - 1))
_LEAST: Final = -45.0
"""Exponent of what float32 holds; below it is zero."""


def panels(result: Frame) -> list[Panel | Figure]:
    """‖g‖ and ‖g‖/‖w‖ by layer, and first over last by depth."""
    batch = result.values["norm"] == "batch"
    ours: dict[str, list[Series]] = {"norm": [], "relative": [], "ratio": []}
    for family in result.values["families"]:
        for quantity, series in ours.items():
            values = result.arrays[f"{quantity}_{family}"]
            x = _depths(result) if quantity == "ratio" else np.arange(1.0, values.shape[1] + 1)
            series.append(seed_series(family_name(family), x, values, family, log=True))
    if batch:
        name = _("×1.21 a layer: wide limit, no skip connections")
        layers = np.arange(1.0, result.values["depth"])
        last = over_seeds(result.arrays["norm_plain"], log=True).mean[-2]
        ours["norm"].append(Series(name, layers, last * WIDE_LIMIT ** (layers[-1] - layers), kind="theory"))
        depths = _depths(result)
        ours["ratio"].append(Series(name, depths, WIDE_LIMIT ** (depths - 2), kind="theory"))
    more = (
        _("Batch normalisation, He's initial weights (degradation regime).")
        if batch
        else _("No normalisation, PyTorch's initial weights (vanishing regime).")
    )
    layer = _("Layer, from input to output")
    return [
        Panel(
            "norm",
            _("Gradient of each layer before the first step"),
            _("‖g‖: size of the gradient of a layer's weights. A level line: all layers get the same."),
            layer,
            "‖g‖",
            tuple(ours["norm"]),
            y_log=True,
            more=more,
        ),
        Panel(
            "relative",
            _("The same, relative to the weights"),
            _("‖g‖/‖w‖: how far a step would move the weights w of a layer, relative to their size."),
            layer,
            "‖g‖/‖w‖",
            tuple(ours["relative"]),
            y_log=True,
            more=more,
        ),
        Panel(
            "ratio",
            _("First convolution ÷ last, by depth"),
            _("Above 1 the gradient grows towards the input, below 1 it shrinks."),
            _("Depth"),
            _("Relative gradient, first convolution ÷ last"),
            tuple(ours["ratio"]),
            y_log=True,
            more=more,
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Compare how many times over the gradient changes between the last layer and the first."""
    plain, residual = (_ratios(result, family) for family in result.values["families"])
    if not len(residual):
        return None
    means = _mean(plain), _mean(residual)
    seeds, depth = len(plain), result.values["depth"]
    outcome = _outcome(_decades(plain), _decades(residual))
    return Finding(
        outcome,
        sentence(
            N_(
                "Before the first step the first convolution of the plain network has {plain} times the "
                "relative gradient of the last one, that of the residual network {residual} times (depth "
                "{depth}, seeds: {seeds})."
            ),
            plain=number(means[0], 2),
            residual=number(means[1], 2),
            depth=count(depth),
            seeds=count(seeds),
        ),
        sentence(
            N_(
                "Without skip connections a layer multiplies the gradient on its way back: over {layers} "
                "layers by {plain}, which is {factor} a layer ($\\sqrt{{\\pi/(\\pi-1)}} \\approx 1.21$ is "
                "the wide limit with batch normalisation and ReLU). With them, $\\frac{{\\partial "
                "L}}{{\\partial x}} = g\\,(1 + \\frac{{\\partial F}}{{\\partial x}})$: the 1 carries it past "
                "the layers, and it changes by {residual} in all."
            ),
            layers=count(depth - 2),
            plain=number(means[0], 2),
            factor=number(means[0] ** (1 / (depth - 2))),
            residual=number(means[1], 2),
        ),
        _would_tell(outcome, seeds),
    )


def _outcome(plain: Numbers, residual: Numbers) -> Outcome:
    """From how many powers of ten the gradient changes by, a value a seed."""
    if len(residual) < FEWEST:
        return Outcome.UNDECIDED
    gap = t_interval((plain - residual).tolist())
    matters = log10(FACTOR)
    changes, changes_too = plain.mean() > matters, residual.mean() > matters
    if not changes and not changes_too:
        return Outcome.NO_EFFECT
    if gap.excludes_zero() and changes and not changes_too:
        return Outcome.SUPPORTS
    if gap.excludes_zero() and changes_too and not changes:
        return Outcome.CONTRADICTS
    return Outcome.UNDECIDED


def _would_tell(outcome: Outcome, seeds: int) -> Sentence | None:
    if seeds < FEWEST:
        return sentence(N_("A judgement needs three seeds."))
    if outcome is Outcome.NO_EFFECT:
        return sentence(N_("Neither gradient changes twentyfold at this depth; deeper networks would tell."))
    return sentence(N_("More seeds would tell.")) if outcome is Outcome.UNDECIDED else None


def _depths(result: Frame) -> Numbers:
    return np.array(result.values["depths"], np.float64)


def _ratios(result: Frame, family: str) -> Numbers:
    """First over last at the depth asked for, of every seed whose both networks were measured."""
    relative: Numbers = result.arrays[f"relative_{family}"]
    return relative[:, 0] / relative[:, -2]


def _mean(ratios: Numbers) -> float:
    return float(10 ** np.mean(_logarithm(ratios))) if (ratios > 0).all() else 0.0


def _decades(ratios: Numbers) -> Numbers:
    return np.abs(_logarithm(ratios))


def _logarithm(ratios: Numbers) -> Numbers:
    with np.errstate(divide="ignore"):
        return np.maximum(np.log10(ratios), _LEAST)


def _right(result: Frame) -> str | None:
    ratio = _mean(_ratios(result, "plain"))
    return "more" if ratio > FACTOR else "less" if ratio < 1 / FACTOR else "same"


QUESTION = Question(
    name="first_gradient",
    title=N_("What gradient does each layer get before the first step?"),
    short=N_("Size of the gradient of every layer at the random start, plain and residual"),
    expected=N_(
        "Without skip connections the gradient changes many times over on its way to the first layer; with "
        "them it does not."
    ),
    row="before",
    needs="start",
    settings=(
        DEPTH,
        Setting(
            "norm",
            N_("Normalisation"),
            ("batch", "none"),
            "batch",
            N_("Each with the initial weights of its regime: He's, or PyTorch's without normalisation."),
            {"batch": N_("batch (degradation)"), "none": N_("none (vanishing)")},
        ),
        SEEDS,
    ),
    predict=Choices(
        N_("In the plain network the first layer gets, compared with the last one:"),
        {
            "more": N_("a much larger gradient"),
            "same": N_("about the same"),
            "less": N_("a much smaller gradient"),
        },
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        N_(
            "It is the start: in training, the first layers of a plain network with normalisation hardly "
            "move."
        ),
        N_("Gradients of deep plain networks are off by some per cent in float32, and zero below 10⁻⁴⁵."),
        N_("Fashion-MNIST at 14 × 14 pixels, width 8, the first batch of 64 images."),
    ),
    regime=N_("Two regimes: with batch normalisation (degradation) and without any (vanishing gradients)."),
    published=(
        Published(
            sentence(
                N_(
                    "With batch normalisation the difficulty of plain networks is “unlikely to be caused by "
                    "vanishing gradients”."
                )
            ),
            "He et al. 2015, §4.1",
            sentence(
                N_("They looked at ImageNet networks of 18 and 34 layers in training; this is the start.")
            ),
        ),
        Published(
            sentence(
                N_("Batch normalisation makes gradients explode: 1.21 times a layer, for wide networks.")
            ),
            "Yang et al. 2019, arXiv:1902.08129",
            sentence(N_("Ours are 8 to 32 channels wide and change their shape twice.")),
        ),
    ),
)
