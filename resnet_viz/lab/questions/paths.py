"""Through which paths does the gradient come? (Veit et al. 2016, Fig. 6)"""

from typing import Final

import numpy as np

from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.panel import Numbers, Panel, Series
from resnet_viz.lab.question import Finding, Guess, Outcome, Published, Question, Setting, Settings
from resnet_viz.lab.weights import WEIGHTS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.wording import count, number, percent, sentence

_CLEARLY: Final = 0.1
"""By how much of itself the mean length differs from that over all paths, for a reader to see it."""
_MOST: Final = 0.9
_CANCELS: Final = -0.05
"""Where a length takes more than this away from the gradient, shares are none."""
_FOR_A_BAND: Final = 3


def mean_length(result: Frame) -> float:
    """Of the paths, each weighted with its share of the gradient."""
    shares: Numbers = result.arrays["shares"]
    return float((np.arange(len(shares)) * shares).sum())


def gap(result: Frame) -> float | None:
    """By how many branches the mean length is below half of them; None where shares are none."""
    shares = result.arrays["shares"]
    return None if float(shares.min()) < _CANCELS else (len(shares) - 1) / 2 - mean_length(result)


def most_of_it(result: Frame) -> tuple[int, int]:
    """The shortest range of lengths that brings nine tenths of the gradient: its ends."""
    sums = np.concatenate([[0.0], np.cumsum(result.arrays["shares"])])
    lengths = range(len(sums) - 1)
    ranges = [(a, b) for a in lengths for b in lengths[a:] if sums[b + 1] - sums[a] >= _MOST]
    return min(ranges, key=lambda ends: ends[1] - ends[0])


def panels(result: Frame) -> list[Panel | Figure]:
    """Share of the gradient by length, and how large it is through one path."""
    family, arrays = result.values["family"], result.arrays
    lengths = np.arange(len(arrays["counts"]), dtype=np.float64)
    name = family_name(family)
    norms = arrays["norms"]
    drawn = np.isfinite(norms).sum(0)
    there = drawn > 0
    means = np.full(len(lengths), np.nan)
    means[there] = np.nanmean(norms[:, there], axis=0)
    low, high = (np.full(len(lengths), np.nan) for _end in range(2))
    several = drawn >= _FOR_A_BAND
    low[several], high[several] = np.nanmin(norms[:, several], 0), np.nanmax(norms[:, several], 0)
    shares = []
    if np.isfinite(arrays["shares"]).any():
        shares.append(Series(name, lengths, arrays["shares"], family))
    if there.all():
        by_norm = means * arrays["counts"]
        label = _("{network}: norm × number of paths").format(network=name)
        shares.append(Series(label, lengths, by_norm / by_norm.sum(), family, variant=1))
    every = arrays["counts"] / arrays["counts"].sum()
    shares.append(Series(_("All paths alike"), lengths, every, kind="theory"))
    length = _("Length of the path: blocks whose branch it takes")
    return [
        Panel(
            "shares",
            _("Which paths bring the gradient"),
            _("Solid: share of the gradient that comes through the paths of a length; all add up to 100%."),
            length,
            _("Share of the gradient"),
            tuple(shares),
            y_share=True,
            more=_(
                "A share is ⟨gₖ, g⟩ / ⟨g, g⟩ with gₖ the sum over all paths of length k, computed exactly. "
                "Norm × number, as Veit et al. plot it, is scaled to 100%; norms do not cancel as gradients "
                "do. Dotted: if every path brought the same."
            ),
        ),
        Panel(
            "norms",
            _("How large the gradient is through one path"),
            _("Line: mean over random paths of a length."),
            length,
            _("Norm of the gradient at the image"),
            (Series(name, lengths[there], means[there], family, low=low[there], high=high[there]),),
            y_log=True,
            band=_("Band: lowest to highest, from three paths on."),
            more=_("Mean over the test images. Everywhere else the gradient goes past the branches."),
        ),
    ]


def find(result: Frame) -> Finding | None:
    """Compare the mean length with half the number of blocks, the mean over all paths."""
    shares = result.arrays["shares"]
    if not np.isfinite(shares).all():
        return None
    blocks = len(shares) - 1
    mean, half = mean_length(result), blocks / 2
    if float(shares.min()) < _CANCELS:
        outcome = Outcome.UNDECIDED
    elif mean < (1 - _CLEARLY) * half:
        outcome = Outcome.SUPPORTS
    elif mean > (1 + _CLEARLY) * half:
        outcome = Outcome.CONTRADICTS
    else:
        outcome = Outcome.NO_EFFECT
    first, last = most_of_it(result)
    counts = result.arrays["counts"]
    paths = float(counts[first : last + 1].sum() / counts.sum())
    return Finding(
        outcome,
        sentence(
            N_(
                "The gradient comes through {mean} of {blocks} branches on average; the mean over all paths "
                "is {half}. Paths of {first} to {last} branches bring {most} of it; they are {paths} of all "
                "paths."
            ),
            mean=number(mean, 2),
            blocks=blocks,
            half=f"{half:g}",
            first=first,
            last=last,
            most=percent(float(shares[first : last + 1].sum())),
            paths=percent(paths),
        ),
        sentence(
            N_(
                "Going back, each block multiplies the gradient by $1 + \\partial F/\\partial x$. Written "
                "out for {blocks} blocks this is a sum over $2^{{{blocks}}} = {every}$ paths, "
                "$\\binom{{{blocks}}}{{k}}$ of them through $k$ branches. If $1$ and $\\partial F/\\partial "
                "x$ brought the same, the mean length would be {half}; here a branch brings {share} of what "
                "passes a block."
            ),
            blocks=blocks,
            every=count(2**blocks) if blocks < 40 else number(2.0**blocks),
            half=f"{half:g}",
            share=percent(mean / blocks),
        ),
        sentence(N_("A network with other weights, trained longer or deeper, would tell."))
        if outcome in (Outcome.NO_EFFECT, Outcome.UNDECIDED)
        else None,
    )


def _measured(result: Frame) -> float | None:
    if find(result) is None:
        return None
    return mean_length(result) / (len(result.arrays["shares"]) - 1)


def _looks(settings: Settings, blocks: int) -> float:
    """As many lengths are drawn as there are blocks, and none."""
    return float(settings["images"]) * (blocks + 1)


QUESTION = Question(
    name="paths",
    title=N_("Through which paths does the gradient come?"),
    short=N_("Share of the gradient at the image, by the number of branches on its path"),
    expected=N_("The gradient comes through shorter paths than if all paths brought the same."),
    row="carries",
    needs="pair",
    settings=(
        WEIGHTS,
        Setting("images", N_("Test images"), (32, 64, 128), 64, N_("More images: less noise, more time.")),
    ),
    predict=Guess(
        N_("Through what share of the branches does the gradient come on average?"),
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
        N_("The network without skip connections has a single path, through all its layers."),
        N_(
            "Where ReLUs are open is decided by the whole network, so a path is not a network of its own. "
            "That a residual network is an ensemble of its paths is one way to look at it, not a fact."
        ),
    ),
    limit_of_pair=N_("One network: what is measured belongs to this run and these images."),
    gap=gap,
    published=(
        Published(
            sentence(
                N_(
                    "ResNet-110: paths of 5 to 17 of 54 blocks carry almost all of the gradient; they are "
                    "0.45% of all paths."
                )
            ),
            "Veit et al. 2016, Fig. 6",
            sentence(
                N_("CIFAR-10, 54 blocks, norm × number of paths; ours has fewer and was trained for minutes.")
            ),
        ),
    ),
    residual_only=True,
)
