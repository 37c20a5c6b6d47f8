"""The gap between the two networks of a race, seed by seed, with its mean and confidence interval."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, faded, layout
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import in_a_list, number, signed

HOW_TO_READ = N_(
    "Right of zero: the residual network has the lower loss. Points: seeds; diamond: mean with its 95% "
    "confidence interval; shaded: too small to count."
)

_COLOUR = "#9467bd"
"""A gap is neither network's: no colour of theirs, and plain on a light page and on a dark one."""
_GREY = "#808080"


class SeedGapInfo(NamedTuple):
    """Plain − residual in final training loss: ``seed`` int64 and ``gap`` float64 [seeds], and what they say.

    ``low`` and ``high`` are NaN without an interval; ``margin`` is the smallest difference that counts.
    """

    seed: npt.NDArray[np.int64]
    gap: npt.NDArray[np.float64]
    mean: float
    low: float
    high: float
    margin: float


def seed_gap_info(found: RaceFinding) -> SeedGapInfo:
    """The gaps of the seeds that were compared."""
    if found.loss is None:
        return SeedGapInfo(np.empty(0, np.int64), np.empty(0), *(np.nan,) * 4)
    interval = found.loss.interval
    return SeedGapInfo(
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
    x = axis(look, _("Plain − residual"))
    y = axis(look, "", type="category", categoryarray=[mean, *reversed(seeds)], categoryorder="array")
    return {"data": data, "layout": layout(look, "seed-gaps", x, y, shapes=shapes, hovermode="closest")}


def seed_gap_table(info: SeedGapInfo) -> Columns:
    """One row a seed."""
    return {_("seed"): info.seed, _("plain − residual, training loss"): info.gap}


def describe(info: SeedGapInfo) -> str:
    """The chart in words, for those who do not see it."""
    said = [
        _("seed {seed}: {gap}").format(seed=seed, gap=signed(number(gap)))
        for seed, gap in zip(info.seed.tolist(), info.gap.tolist(), strict=True)
    ]
    mean = _("mean {mean}, 95% confidence interval {low} to {high}").format(
        mean=signed(number(info.mean)), low=number(info.low), high=number(info.high)
    )
    return _("Plain − residual, final training loss. {gaps}; {mean}.").format(gaps=in_a_list(said), mean=mean)


def figure(found: RaceFinding) -> Figure | None:
    """The gaps of a race's seeds; None where there are too few for an interval."""
    if found.loss is None or found.loss.interval.p is None:
        return None
    info = seed_gap_info(found)
    return Figure(
        _("The gap, seed by seed"),
        _(HOW_TO_READ),
        describe(info),
        seed_gap_chart(info),
        lambda: seed_gap_table(info),
    )
