"""Traces that curve charts share; one call, one Plotly trace."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.curves import Band, thinned
from resnet_viz.figures.lines import Line
from resnet_viz.history import Curve
from resnet_viz.locale import gettext as _

Trace = dict[str, Any]
_Numbers = npt.NDArray[np.floating]

SEED_POINTS = 40


def mean_trace(line: Line, band: Band, hover: str, *, log: bool = False, markers: bool = False) -> Trace:
    """The line itself, its name in the legend; with several seeds the hover gives interval and count."""
    kept = thinned(band.mean, log=log)
    template = f"%{{y:{hover}}}"
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers" if markers or len(kept) == 1 else "lines",
        "name": line.name,
        "legendgroup": line.family,
        "x": band.step[kept].astype(np.int32),
        "y": band.mean[kept].astype(np.float32),
        "line": line.look.line(),
        "marker": {"color": line.look.colour, "size": 7},
    }
    if band.runs.max(initial=1) > 1:
        ends = np.stack([band.low[kept], band.high[kept], band.runs[kept]], axis=1)
        trace["customdata"] = ends.astype(np.float32)
        interval = f"%{{customdata[0]:{hover}}} … %{{customdata[1]:{hover}}}"
        seeds = _("seeds: {count}").format(count="%{customdata[2]}")
        template += f" (95%: {interval}; {seeds})"
    return trace | {"hovertemplate": f"{template}<extra>{line.name}</extra>"}


def band_trace(line: Line, band: Band, *, log: bool = False) -> list[Trace]:
    """The 95 % band as one filled outline, or nothing where no step has two seeds.

    On a log axis a lower end at or below zero is drawn at half the smallest
    mean, so that it does not stretch the axis; the hover keeps the number.
    """
    kept = thinned(band.mean, log=log)
    kept = kept[np.isfinite(band.low[kept])]
    if not len(kept):
        return []
    low, high, step = band.low[kept], band.high[kept], band.step[kept]
    if log:
        low = np.maximum(low, band.mean[band.mean > 0].min() / 2)
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.concatenate([step, step[::-1]]).astype(np.int32),
            "y": np.concatenate([high, low[::-1]]).astype(np.float32),
            "fill": "toself",
            "fillcolor": line.look.faded(0.2),
            "line": {"width": 0},
            "legendgroup": line.family,
            "showlegend": False,
            "hoverinfo": "skip",
        }
    ]


def outline(x: _Numbers, low: _Numbers, high: _Numbers) -> tuple[_Numbers, _Numbers]:
    """The outline of a band, x and y, to be filled; where an end is NaN it has a gap. Empty where all are."""
    known = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    outlines = []
    for part in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        there_and_back = np.concatenate([part, part[::-1]])
        ends = np.concatenate([high[part], low[part[::-1]]])
        outlines += [np.stack([x[there_and_back], ends]), np.full((2, 1), np.nan)]
    along, across = np.concatenate(outlines[:-1], axis=1).astype(np.float32)
    return along, across


def faint_line(line: Line, curve: Curve, *, log: bool = False) -> Trace:
    """A thin, transparent curve behind the line."""
    kept = thinned(curve.value, log=log)
    return {
        "type": "scatter",
        "mode": "lines",
        "x": curve.step[kept].astype(np.int32),
        "y": curve.value[kept].astype(np.float32),
        "line": {"color": line.look.faded(0.55), "width": 1.25},
        "legendgroup": line.family,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def faint_points(line: Line, curves: Sequence[Curve]) -> Trace:
    """The seeds behind a mean as faint points, evenly spaced: more would hide the band."""
    kept = [
        np.unique(np.linspace(0, len(curve) - 1, min(len(curve), SEED_POINTS)).astype(int))
        for curve in curves
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.concatenate([c.step[k] for c, k in zip(curves, kept, strict=True)]).astype(np.int32),
        "y": np.concatenate([c.value[k] for c, k in zip(curves, kept, strict=True)]).astype(np.float32),
        "marker": {"color": line.look.faded(0.35), "size": 4},
        "legendgroup": line.family,
        "showlegend": False,
        "hoverinfo": "skip",
    }
