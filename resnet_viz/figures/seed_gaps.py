"""The gap between twins of a race, seed by seed, with its mean and confidence interval."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, faded, layout
from resnet_viz.findings.family_words import of_twins
from resnet_viz.findings.pairs import Both
from resnet_viz.findings.seed_table import DIFFERENCE
from resnet_viz.findings.twin_numbers import TwinFinding
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, signed, with_semicolons

HOW_TO_READ = N_("Right of zero: the {residual_family} network has the lower loss.")
MORE = N_(
    "Points: seeds; diamond: their mean with its 95% confidence interval; shaded: differences too small to "
    "count. A seed is the number from which initial weights and the order of the batches are drawn: another "
    "one, another run."
)
_HEADING = N_("{plain_family} − {residual_family}, training loss")
_IN_WORDS = N_("{plain_first} − {residual_family}, final training loss. {gaps}; {mean}.")

_COLOUR = "#9467bd"
"""A gap is neither network's: no colour of theirs, and plain on a light page and on a dark one."""
_GREY = "#808080"


class SeedGapInfo(NamedTuple):
    """The gap of the network types ``names``, first minus second, in final training loss, and what it says.

    ``seed`` int64 and ``gap`` float64 [seeds].
    ``low`` and ``high`` are NaN without an interval; ``margin`` is the smallest difference that counts.
    """

    names: Both[str]
    seed: npt.NDArray[np.int64]
    gap: npt.NDArray[np.float64]
    mean: float
    low: float
    high: float
    margin: float


def seed_gap_info(found: TwinFinding) -> SeedGapInfo:
    """The gaps of the seeds that were compared."""
    if found.loss is None:
        return SeedGapInfo(found.names, np.empty(0, np.int64), np.empty(0), *(np.nan,) * 4)
    interval = found.loss.interval
    return SeedGapInfo(
        found.names,
        np.array([*found.loss.gaps], np.int64),
        np.array([*found.loss.gaps.values()], np.float64),
        interval.mean,
        np.nan if interval.low is None else interval.low,
        np.nan if interval.high is None else interval.high,
        found.loss.margin,
    )


def seed_gap_chart(info: SeedGapInfo, look: Theme = LIGHT) -> Chart:
    """One row a seed, the mean below them."""
    if not len(info.gap):
        return empty(look, "seed-gaps")
    seeds = [_("seed {seed}").format(seed=seed) for seed in info.seed.tolist()]
    mean = _("mean")
    has_ends = bool(np.isfinite(info.low))
    hover = "%{y}: %{x:.3~g}<extra></extra>"
    point = {"type": "scatter", "mode": "markers", "showlegend": False, "hovertemplate": hover}
    data = [
        point | {"x": info.gap.astype(np.float32), "y": seeds, "marker": {"size": 11, "color": _COLOUR}},
        point
        | {
            "x": np.array([info.mean], np.float32),
            "y": [mean],
            "marker": {"size": 14, "color": _COLOUR, "symbol": "diamond"},
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": np.array([info.high - info.mean if has_ends else 0], np.float32),
                "arrayminus": np.array([info.mean - info.low if has_ends else 0], np.float32),
                "color": _COLOUR,
                "thickness": 2.5,
                "visible": has_ends,
            },
        },
    ]
    across = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    band = {"type": "rect", "x0": -info.margin, "x1": info.margin, "line": {"width": 0}}
    shapes = [
        across | band | {"fillcolor": faded(_GREY, 0.2)},
        across | {"type": "line", "x0": 0, "x1": 0, "line": {"color": _GREY, "width": 1.5}},
    ]
    x = axis(look, str(of_twins(DIFFERENCE, info.names)))
    y = axis(look, "", type="category", categoryarray=[mean, *reversed(seeds)], categoryorder="array")
    return {"data": data, "layout": layout(look, "seed-gaps", x, y, shapes=shapes, hovermode="closest")}


def seed_gap_table(info: SeedGapInfo) -> Columns:
    """One row a seed."""
    return {_("seed"): info.seed, str(of_twins(_HEADING, info.names)): info.gap}


def describe(info: SeedGapInfo) -> str:
    """The chart in words, for those who do not see it."""
    said = [
        _("seed {seed}: {gap}").format(seed=seed, gap=signed(number(gap)))
        for seed, gap in zip(info.seed.tolist(), info.gap.tolist(), strict=True)
    ]
    mean = _("mean {mean}, 95% confidence interval {low} to {high}").format(
        mean=signed(number(info.mean)), low=number(info.low), high=number(info.high)
    )
    return str(of_twins(_IN_WORDS, info.names, gaps=with_semicolons(said), mean=mean))


def figure(twins: TwinFinding) -> Figure | None:
    """The gaps of the seeds of twins; None where there are too few for an interval."""
    if twins.loss is None or twins.loss.interval.p is None:
        return None
    info = seed_gap_info(twins)
    return Figure(
        _("The gap, seed by seed"),
        str(of_twins(HOW_TO_READ, twins.names)),
        describe(info),
        seed_gap_chart(info),
        lambda: seed_gap_table(info),
        more=_(MORE),
    )
