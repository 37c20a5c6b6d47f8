"""How many blocks can be removed, or shuffled? (Veit et al. 2016, Fig. 5)"""

from math import ceil
from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.guessing import errs_as_guessing
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Finding, Guess, Outcome, Published, Question, Setting, Settings
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import Sentence, percent, sentence

_OFTEN: Final = 2.0
"""How many times as many blocks one network has to spare for a reader to see it."""
_FOR_A_BAND: Final = 3
COUNTS: Final = 9
"""So many numbers of blocks are tried at most."""


def curve(result: Frame, family: str) -> tuple[Numbers, Numbers]:
    """How many are left out or swapped, as far as measured, and the mean error of the draws so far."""
    errors: Numbers = result.arrays[f"errors_{family}"]
    known = np.isfinite(errors)
    there = known.any(0)
    means = np.where(known, errors, 0.0).sum(0)[there] / known.sum(0)[there]
    counts: Numbers = result.arrays[f"counts_{family}"][there].astype(np.float64)
    return counts, means


def half_way(result: Frame, family: str) -> float:
    """With how many the error is half-way from the whole network's to guessing; infinite for never."""
    counts, means = curve(result, family)
    middle = (means[0] + _guessing(result)) / 2
    above = np.flatnonzero(means >= middle)
    if not len(above):
        return float("inf")
    at = above[0]
    if not at:
        return 0.0
    share = (middle - means[at - 1]) / (means[at] - means[at - 1])
    return float(counts[at - 1] + share * (counts[at] - counts[at - 1]))


def gap(result: Frame) -> float | None:
    """How many more blocks the residual network can lose, all being the most; None where one only guesses."""
    plain, residual = (
        min(half_way(result, family), float(result.arrays[f"counts_{family}"][-1]))
        for family in result.values["families"][:2]
    )
    return None if _guesses(result) else residual - plain


def panels(result: Frame) -> list[Panel | Figure]:
    """Mean error over how many, with the lowest and highest of the draws, and that of guessing."""
    series = []
    longest = 1.0
    for family in result.values["families"]:
        if f"errors_{family}" not in result.arrays:
            continue
        counts, means = curve(result, family)
        errors = result.arrays[f"errors_{family}"][:, : len(counts)]
        several = np.isfinite(errors).sum(0) >= _FOR_A_BAND
        low, high = (np.full(len(counts), np.nan) for _end in range(2))
        low[several], high[several] = np.nanmin(errors[:, several], 0), np.nanmax(errors[:, several], 0)
        series.append(Series(family_name(family), counts, means, family, low=low, high=high))
        longest = max(longest, float(result.arrays[f"counts_{family}"][-1]))
    ends = np.array([0.0, longest])
    series.append(Series(_("Guessing"), ends, np.full(2, _guessing(result)), kind="theory"))
    deleted = result.values["change"] == "deleted"
    return [
        Panel(
            f"removals_{result.values['change']}",
            _("Test error without some blocks") if deleted else _("Test error with some blocks swapped"),
            _("Line: mean over random draws of the blocks."),
            _("Blocks left out") if deleted else _("Pairs of blocks swapped"),
            _("Test error"),
            tuple(series),
            y_share=True,
            y_range=(0.0, 1.0),
            band=_("Band: lowest to highest, from three draws on."),
            more=_(
                "Nothing is trained again. The first block of each stage changes the shape and stays in its "
                "place. Pairs are of one stage, and no block is in two of them. Dotted: what guessing gets, "
                "if all classes are equally frequent."
            ),
        )
    ]


def find(result: Frame) -> Finding | None:
    """Compare how many it takes until both errors are half-way to guessing."""
    families = result.values["families"]
    if len(families) < 2 or not all(
        np.isfinite(result.arrays.get(f"errors_{family}", np.array([np.nan]))).all() for family in families
    ):
        return None
    plain, residual = (half_way(result, family) for family in families[:2])
    if _guesses(result):
        outcome = Outcome.UNDECIDED
    elif not np.isfinite([plain, residual]).any():
        outcome = Outcome.NO_EFFECT
    elif residual >= _OFTEN * plain:
        outcome = Outcome.SUPPORTS
    elif plain >= _OFTEN * residual:
        outcome = Outcome.CONTRADICTS
    else:
        outcome = Outcome.UNDECIDED
    said = (
        N_(
            "The error is half-way to guessing with {residual} blocks left out of the residual network, and "
            "with {plain} of the plain one."
        )
        if result.values["change"] == "deleted"
        else N_(
            "The error is half-way to guessing with {residual} pairs of blocks swapped in the residual "
            "network, and with {plain} in the plain one."
        )
    )
    at_plain, at_residual = _shown(result, families[0], plain), _shown(result, families[1], residual)
    return Finding(
        outcome,
        sentence(said, residual=at_residual, plain=at_plain),
        _why(result, families[1]),
        sentence(N_("Networks that both classify well and are deeper, or more seeds, would tell."))
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _why(result: Frame, family: str) -> Sentence:
    counts, means = curve(result, family)
    most = int(counts[-1])
    if result.values["change"] == "swapped":
        return sentence(
            N_(
                "A residual block adds to its input: $x_{{l+1}} = x_l + F_l(x_l)$. What a block gets in "
                "another place is the same sum but for some of its terms: with one pair swapped the error "
                "is {one}, with all {most} pairs {all}. In the plain network, $x_{{l+1}} = F_l(x_l)$, a "
                "block gets the output of another block than in training."
            ),
            one=percent(float(means[1])),
            most=most,
            all=percent(float(means[-1])),
        )
    return sentence(
        N_(
            "In a residual network the signal can take each of $n$ blocks by its branch or past it: $2^n$ "
            "paths. Without $k$ blocks $2^{{n-k}}$ are left. For $k = {few}$ these are {share} of them, and "
            "the error is {error} instead of {whole}. The plain network has one path, and every block is on "
            "it."
        ),
        few=int(counts[2]) if len(counts) > 2 else most,
        share=percent(0.5 ** (counts[2] if len(counts) > 2 else most)),
        error=percent(float(means[min(2, len(means) - 1)])),
        whole=percent(float(means[0])),
    )


def _guesses(result: Frame) -> bool:
    """Whether one of the networks has nothing to lose."""
    wholes = [curve(result, family)[1][0] for family in result.values["families"][:2]]
    return any(errs_as_guessing(error, result.values["classes"]) for error in wholes)


def _guessing(result: Frame) -> float:
    return 1 - 1 / float(result.values["classes"])


def _shown(result: Frame, family: str, at: float) -> Sentence:
    most = int(result.arrays[f"counts_{family}"][-1])
    if np.isfinite(at):
        return sentence(N_("{count} of {most}"), count=ceil(at), most=most)
    return sentence(N_("not even {most} of {most}"), most=most)


def _measured(result: Frame) -> float | None:
    if find(result) is None:
        return None
    family = result.values["families"][1]
    share = half_way(result, family) / float(result.arrays[f"counts_{family}"][-1])
    return share if np.isfinite(share) else None


def _looks(settings: Settings, blocks: int) -> float:
    """Of every draw at most so many errors, in networks of few blocks fewer."""
    return float(settings["images"]) * float(settings["draws"]) * min(max(1, blocks - 2), COUNTS)


QUESTION = Question(
    name="removals",
    title=N_("How many blocks can be removed, or shuffled?"),
    short=N_("Test error over the number of blocks left out, or of pairs swapped, drawn at random"),
    expected=N_("A residual network gets worse block by block; a plain one breaks at the first."),
    row="leans",
    needs="pair",
    settings=(
        Setting(
            "change",
            N_("What is done to the blocks"),
            ("deleted", "swapped"),
            "deleted",
            N_("Left out, or two of one stage in each other's places."),
            {"deleted": N_("left out"), "swapped": N_("swapped in pairs")},
        ),
        Setting("draws", N_("Random draws"), (3, 5, 10), 3, N_("More draws: a better mean, more time.")),
        Setting(
            "images", N_("Test images"), (250, 500, 1000), 500, N_("More images: less noise, more time.")
        ),
    ),
    predict=Guess(
        N_(
            "What share of its blocks has the residual network to lose until its error is half-way to that "
            "of guessing?"
        ),
        0.0,
        1.0,
        0.05,
        _measured,
        percent,
        is_share=True,
    ),
    panels=panels,
    find=find,
    looks=_looks,
    limits=(
        N_("That a residual network is an ensemble of its paths is one way to look at it, not a fact."),
        N_(
            "Batch normalisation keeps the statistics of the whole network. Measured again for what is left, "
            "they could give another error."
        ),
    ),
    limit_of_pair=N_("One pair of networks: what is measured belongs to these two runs."),
    gap=gap,
    published=(
        Published(
            sentence(
                N_("ResNet-110: the error grows smoothly with the number of blocks deleted or shuffled.")
            ),
            "Veit et al. 2016, Fig. 5",
            sentence(
                N_("CIFAR-10, 110 layers, trained to the end; ours are shallower and trained for minutes.")
            ),
        ),
    ),
)
