"""How much does a block change its input? (He et al. 2015, Fig. 7)"""

from math import acos, cos, degrees, radians
from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.weights import WEIGHTS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import number, sentence

_CLEARLY: Final = 2.0
"""How many times the influence of the other network's median block."""
_ALIKE: Final = 1.25
"""Up to this factor both are the same to a reader."""
_NOTHING: Final = 1 - cos(radians(1))
"""Up to one degree a block does not turn its input to a reader, however many times less another does."""


def influence(result: Frame, family: str) -> float:
    """1 − cos(x, x′) of the median block that keeps the shape."""
    return float(np.nanmedian(result.arrays[f"influence_{family}"]))


def gap(result: Frame) -> float:
    """By how much the influence of the plain network's median block is above the residual one's."""
    plain, residual = (influence(result, family) for family in result.values["families"][:2])
    return plain - residual


def panels(result: Frame) -> list[Panel | Figure]:
    """Influence and response of each block; for blocks with a skip connection what the branch adds to it."""
    families = [name for name in result.values["families"] if f"influence_{name}" in result.arrays]

    def lines(what: str) -> tuple[Series, ...]:
        found = []
        for family in families:
            values = result.arrays[f"{what}_{family}"]
            if np.isfinite(values).any():
                at = np.arange(1, len(values) + 1, dtype=np.float64)
                found.append(Series(family_name(family), at, values, family))
        return tuple(found)

    block = _("Block, from input to output")
    return [
        Panel(
            "influence",
            _("How far each block turns its input"),
            _("1 − cos(x, x′) of input x and output x′: 0 where the direction stays, 1 at a right angle."),
            block,
            _("Block influence 1 − cos(x, x′)"),
            lines("influence"),
            more=_(
                "Mean over the test images; x and x′ are all values of the feature maps of one image. Blocks "
                "that change the shape have none."
            ),
        ),
        Panel(
            "branch",
            _("What the branch adds to the skip connection"),
            _("Variance of F(x) over that of what it is added to: above 1 the branch is the larger part."),
            block,
            _("Variance ratio"),
            lines("variance"),
            more=_("Variances over images and space, mean over channels. A plain network has no such ratio."),
        ),
        Panel(
            "response",
            _("Response of each block"),
            _("Standard deviation of F(x) before the addition and the ReLU, as in He et al. 2015, Fig. 7."),
            block,
            _("Standard deviation"),
            lines("response"),
            more=_(
                "After batch normalisation this depends on its learned scale and shift alone, as far as test "
                "images are like training images. He et al. show every layer; here it is a block's last."
            ),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Compare the median blocks."""
    families = result.values["families"]
    images = set(result.values["images"].values())
    if len(families) < 2 or len(images) > 1:
        return None
    plain, residual = (influence(result, family) for family in families[:2])
    if max(plain, residual) <= max(_ALIKE * min(plain, residual), _NOTHING):
        outcome = Outcome.NO_EFFECT
    elif plain >= _CLEARLY * residual:
        outcome = Outcome.SUPPORTS
    elif residual >= _CLEARLY * plain:
        outcome = Outcome.CONTRADICTS
    else:
        outcome = Outcome.UNDECIDED
    return Finding(
        outcome,
        sentence(
            N_(
                "The median block of the residual network turns its input by {residual}°, that of the plain "
                "network by {plain}°."
            ),
            residual=_angle(residual),
            plain=_angle(plain),
        ),
        sentence(
            N_(
                "A residual block computes $x' = \\mathrm{{ReLU}}(x + F(x))$. With $\\|F(x)\\| = "
                "{ratio}\\,\\|x\\|$ in the median, most of $x$ stays in $x'$: $1 - \\cos(x, x') = "
                "{residual}$. A plain block, $x' = \\mathrm{{ReLU}}(F(x))$, keeps $x$ only if it learned "
                "to: {plain}."
            ),
            ratio=number(float(np.nanmedian(result.arrays[f"branch_{families[1]}"])), 2),
            residual=number(residual, 2),
            plain=number(plain, 2),
        ),
        sentence(N_("Other depths would tell: He et al. find smaller changes in deeper residual networks."))
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _angle(turned: float) -> str:
    return f"{degrees(acos(max(-1.0, min(1.0, 1 - turned)))):.0f}"


def _which(result: Frame) -> str | None:
    found = find(result)
    if found is None:
        return None
    return {Outcome.SUPPORTS: "residual", Outcome.CONTRADICTS: "plain", Outcome.NO_EFFECT: "alike"}.get(
        found.outcome
    )


def _looks(settings: Settings, _blocks: int) -> float:
    return float(settings["images"])


QUESTION = Question(
    name="block_change",
    title=N_("How much does a block change its input?"),
    short=N_("Angle between input and output of each block, and the size of what the branch adds"),
    expected=N_("A residual block changes its input less than a plain one."),
    row="carries",
    needs="pair",
    settings=(
        WEIGHTS,
        Setting(
            "images", N_("Test images"), (250, 500, 1000), 500, N_("More images: less noise, more time.")
        ),
    ),
    predict=Choices(
        N_("Whose blocks change their input less?"),
        {
            "residual": N_("those of the residual network"),
            "plain": N_("those of the plain network"),
            "alike": N_("both alike"),
        },
        _which,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(
        N_("One depth: whether deeper residual networks change their input less, two depths would tell."),
        N_("A block that changes little is not useless: see what happens without it."),
    ),
    limit_of_pair=N_("One pair of networks: what is measured belongs to these two runs."),
    gap=gap,
    published=(
        Published(
            sentence(N_("Deeper residual networks modify the signal less.")),
            "He et al. 2015, Fig. 7",
            sentence(
                N_(
                    "CIFAR-10, 20 to 110 layers, the responses of every layer; ours are of one depth and "
                    "trained for minutes."
                )
            ),
        ),
    ),
)
