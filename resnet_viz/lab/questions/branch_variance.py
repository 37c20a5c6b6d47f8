"""What does batch normalisation do to the branch? (De & Smith 2020)"""

from typing import Final

import numpy as np

from resnet_viz.figures.figure import Figure
from resnet_viz.findings.intervals import FEWEST, t_interval
from resnet_viz.lab.over_seeds import seed_series
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Choices, Finding, Outcome, Published, Question, Setting
from resnet_viz.lab.settings import DEPTH, SEEDS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, count, number, sentence

_SMALL: Final = 0.5
"""A branch with less than half the variance of the stream is one that changes it little."""
_TWICE: Final = float(np.log(2))


def panels(result: Frame) -> list[Panel | Figure]:
    """Branch over stream, and the stream itself, by block."""
    names = {"batch": _("with batch normalisation"), "none": _("without normalisation")}
    blocks = np.arange(1.0, len(result.values["blocks"]) + 1)
    ratios, streams = [], []
    for variant, (norm, name) in enumerate(names.items()):
        stream = result.arrays[f"stream_{norm}"]
        ratio = _ratios(result, norm)
        ratios.append(seed_series(name, blocks, ratio, "residual", log=True, variant=variant))
        streams.append(seed_series(name, blocks, stream, "residual", log=True, variant=variant))
    theory = Series(_("1/ℓ: the stream is a sum of normalised branches"), blocks, 1 / blocks, kind="theory")
    at = _("Block ℓ, from input to output")
    return [
        Panel(
            "ratio",
            _("Branch beside stream, before the first step"),
            _("At 1 the branch F(x) varies as much as x; far below, the block is nearly the identity."),
            at,
            "Var(F) / Var(x)",
            (*ratios, theory),
            y_log=True,
            more=_(
                "Variance over a batch, all channels and pixels. The first block of a stage pads with zeros."
            ),
        ),
        Panel(
            "stream",
            _("What the skip connections carry"),
            _("On this axis a straight line is growth by the same factor at every block."),
            at,
            "Var(x)",
            tuple(streams),
            y_log=True,
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Compare the last third of the blocks of both networks."""
    normalised, bare = (_late(result, norm) for norm in ("batch", "none"))
    seeds, blocks = len(bare), len(result.values["blocks"])
    means = tuple(float(np.exp(values.mean())) for values in (normalised, bare))
    outcome = _outcome(normalised, bare)
    growth = {norm: _growth(result, norm) for norm in ("batch", "none")}
    return Finding(
        outcome,
        sentence(
            N_(
                "In the last third of the blocks the variance of the branch is {normalised} times that of "
                "what the skip connection carries with batch normalisation, and {bare} times without (depth "
                "{depth}, seeds: {seeds})."
            ),
            normalised=number(means[0], 2),
            bare=number(means[1], 2),
            depth=count(result.values["depth"]),
            seeds=count(seeds),
        ),
        sentence(
            N_(
                "With normalisation every branch adds about the same: $\\mathrm{{Var}}(x_\\ell) \\propto "
                "\\ell$, so that $\\mathrm{{Var}}(F)/\\mathrm{{Var}}(x) \\approx 1/\\ell$, and the standard "
                "deviation shrinks by $\\sqrt{{\\ell}}$. At block {blocks} that is {theory}; measured: "
                "{last}. Without it a branch grows with its input: the stream's variance is multiplied by "
                "{bare} at a block (with it, by {normalised})."
            ),
            blocks=count(blocks),
            theory=number(1 / blocks, 2),
            last=number(float(np.exp(np.log(_ratios(result, "batch")[:, -1]).mean())), 2),
            bare=number(growth["none"]),
            normalised=number(growth["batch"]),
        ),
        _would_tell(outcome, seeds),
    )


def _outcome(normalised: Numbers, bare: Numbers) -> Outcome:
    """From the logarithms of the late blocks' ratios, a value a seed."""
    if len(bare) < FEWEST:
        return Outcome.UNDECIDED
    gap = t_interval((bare - normalised).tolist())
    if gap.excludes_zero() and gap.mean > _TWICE and normalised.mean() < np.log(_SMALL):
        return Outcome.SUPPORTS
    if gap.excludes_zero() and gap.mean < -_TWICE:
        return Outcome.CONTRADICTS
    if gap.within(_TWICE):
        return Outcome.NO_EFFECT
    return Outcome.UNDECIDED


def _would_tell(outcome: Outcome, seeds: int) -> Sentence | None:
    if seeds < FEWEST:
        return sentence(N_("A judgement needs three seeds."))
    if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED):
        return sentence(N_("Deeper networks or more seeds would tell."))
    return None


def _ratios(result: Frame, norm: str) -> Numbers:
    found: Numbers = result.arrays[f"branch_{norm}"] / result.arrays[f"stream_{norm}"]
    return found


def _late(result: Frame, norm: str) -> Numbers:
    """Mean logarithm of the ratio over the last third of the blocks, of each seed."""
    ratios = _ratios(result, norm)
    found: Numbers = np.log(ratios[:, -max(1, ratios.shape[1] // 3) :]).mean(1)
    return found


def _growth(result: Frame, norm: str) -> float:
    """By what the variance of the stream is multiplied at a block; geometric mean."""
    stream = np.log(result.arrays[f"stream_{norm}"])
    return float(np.exp(np.diff(stream, axis=1).mean()))


def _right(result: Frame) -> str:
    late = float(np.exp(_late(result, "batch").mean()))
    return "small" if late < _SMALL else "same" if late < 1 / _SMALL else "large"


QUESTION = Question(
    name="branch_variance",
    title=N_("What does batch normalisation do to the branch?"),
    short=N_("Variance of branch and stream at every block of a residual network at its random start"),
    expected=N_(
        "Batch normalisation makes late branches small beside what the skip connection carries, so that "
        "these blocks begin near the identity; without it they are not small."
    ),
    row="before",
    needs="start",
    settings=(
        DEPTH,
        Setting(
            "block",
            N_("Block"),
            ("basic", "preactivation"),
            "basic",
            N_(
                "Pre-activation blocks (He et al. 2016) have no ReLU after the addition; the theory is "
                "theirs."
            ),
            {"basic": N_("basic"), "preactivation": N_("pre-activation")},
        ),
        SEEDS,
    ),
    predict=Choices(
        N_(
            "With batch normalisation the branch of a late block, beside what the skip connection carries, "
            "is:"
        ),
        {"small": N_("much smaller"), "same": N_("about as large"), "large": N_("much larger")},
        _right,
    ),
    panels=panels,
    find=find,
    limits=(
        N_("The random start only; training changes the branches."),
        N_("He's initial weights in both; without normalisation they let the signal grow with depth."),
        N_("Fashion-MNIST at 14 × 14 pixels, width 8, the first batch of 64 images."),
    ),
    published=(
        Published(
            sentence(
                N_(
                    "Batch normalisation shrinks the branch relative to the skip connection by about the "
                    "square root of the depth."
                )
            ),
            "De & Smith 2020, abstract",
            sentence(
                N_(
                    "Their stream has no ReLU. Ours is cut at zero after each addition in basic blocks, and "
                    "grows more slowly for it."
                )
            ),
        ),
    ),
)
