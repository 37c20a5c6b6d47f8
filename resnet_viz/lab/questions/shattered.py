"""Is the gradient noise? (Balduzzi et al. 2017)"""

from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.over_seeds import seed_series
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Finding, Guess, Outcome, Published, Question, Setting
from resnet_viz.lab.settings import DEPTH, SEEDS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, sentence

_NOISE: Final = 0.2
"""A lag-1 autocorrelation below this one is nearly that of white noise."""
_ALIKE: Final = 0.1


def panels(result: Frame) -> list[Panel | Figure]:
    """Autocorrelation by lag, and the gradient of one pixel along the line."""
    families = result.values["families"]
    lags = np.arange(len(result.arrays["white"]), dtype=np.float64)
    correlations = [
        seed_series(family_name(one), lags, result.arrays[f"correlation_{one}"], one) for one in families
    ]
    noise = [
        Series(name, lags, result.arrays[kind], kind="theory")
        for kind, name in (("white", _("white noise")), ("brown", _("brown noise")))
    ]
    place = np.linspace(0, 1, len(result.arrays[f"trace_{families[0]}"]))
    traces = [Series(family_name(one), place, result.arrays[f"trace_{one}"], one) for one in families]
    more = (
        _("With batch normalisation, by the statistics of the {count} inputs themselves.")
        if result.values["norm"] == "batch"
        else _("Without normalisation; {count} inputs on the line.")
    ).format(count=len(place))
    return [
        Panel(
            "correlation",
            _("Autocorrelation of the input gradient"),
            _("Near 1: the gradient at one input tells that at the next. Near 0: it is noise."),
            _("Lag: how many of the 255 steps between two images apart"),
            _("Autocorrelation, mean over pixels"),
            (*correlations, *noise),
            more=more,
            y_range=(-0.2, 1.05),
        ),
        Panel(
            "trace",
            _("The gradient of one pixel on the way from one image to another"),
            _("∂f/∂x of the pixel where it changes most, over its largest value; f is a logit. Seed 0."),
            _("From the first image (0) to the second (1)"),
            _("Gradient, relative"),
            tuple(traces),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Compare the autocorrelation at lag 1 of both networks."""
    plain, residual = (result.arrays[f"correlation_{one}"][:, 1] for one in result.values["families"])
    if not (np.isfinite(plain).all() and np.isfinite(residual).all()):
        return None
    seeds = len(residual)
    outcome = _outcome(plain, residual)
    return Finding(
        outcome,
        sentence(
            N_(
                "Between neighbouring inputs the gradient's autocorrelation is {plain} in the plain network "
                "and {residual} in the residual network (depth {depth}, seeds: {seeds})."
            ),
            plain=number(plain.mean(), 2),
            residual=number(residual.mean(), 2),
            depth=count(result.values["depth"]),
            seeds=count(seeds),
        ),
        sentence(
            N_(
                "With $z$ the gradient less its mean, $\\mathrm{{ACF}}(k) = \\sum_i z_i z_{{i+k}} / \\sum_i "
                "z_i^2$. White noise has {white} at $k = 1$, brown noise {brown}; measured: {plain} (plain), "
                "{residual} (residual). In theory the correlation falls exponentially with depth in a plain "
                "network, and far more slowly with skip connections."
            ),
            white=number(float(result.arrays["white"][1]), 2),
            brown=number(float(result.arrays["brown"][1]), 2),
            plain=number(plain.mean(), 2),
            residual=number(residual.mean(), 2),
        ),
        _would_tell(outcome, seeds),
    )


def _outcome(plain: Numbers, residual: Numbers) -> Outcome:
    """From the autocorrelation at lag 1, a value a seed."""
    if len(residual) < FEWEST:
        return Outcome.UNDECIDED
    gap = t_interval((residual - plain).tolist())
    if gap.within(_ALIKE):
        return Outcome.NO_EFFECT
    if gap.excludes_zero() and gap.mean > _NOISE and plain.mean() < _NOISE:
        return Outcome.SUPPORTS
    if gap.excludes_zero() and gap.mean < -_NOISE and residual.mean() < _NOISE:
        return Outcome.CONTRADICTS
    return Outcome.UNDECIDED


def _would_tell(outcome: Outcome, seeds: int) -> Sentence | None:
    if seeds < FEWEST:
        return sentence(N_("A judgement needs three seeds."))
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Deeper networks would tell: the more layers, the more ReLUs switch on the way."))
    return None


def _measured(result: Frame) -> float | None:
    return float(result.arrays["correlation_plain"][:, 1].mean())


QUESTION = Question(
    name="shattered",
    title=N_("Is the gradient noise?"),
    short=N_("Autocorrelation of the input gradient along a line of images, at the random start"),
    expected=N_(
        "The gradient of a deep plain network resembles white noise; that of a residual network does not."
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
            N_("Without batch normalisation a plain network comes near noise only at depth 110."),
            {"batch": N_("batch"), "none": N_("none")},
        ),
        SEEDS,
    ),
    predict=Guess(
        N_(
            "Autocorrelation of the plain network's gradient between neighbouring inputs (1: the same, 0: "
            "noise)?"
        ),
        -0.5,
        1.0,
        0.05,
        _measured,
        number,
    ),
    panels=panels,
    find=find,
    limits=(
        N_("The gradient by the inputs, at the random start; training changes it."),
        N_(
            "How alike neighbours are depends on the step: here 1/255 of the way between two training images."
        ),
        N_("Fashion-MNIST at 14 × 14 pixels, width 8, He's initial weights."),
    ),
    published=(
        Published(
            sentence(
                N_(
                    "The correlation of gradients decays exponentially with depth in plain networks, so that "
                    "they resemble white noise, and sublinearly with skip connections."
                )
            ),
            "Balduzzi et al. 2017, abstract; Fig. 1–2",
            sentence(N_("Their figures have fully connected networks of one input; ours are convolutional.")),
        ),
    ),
)
