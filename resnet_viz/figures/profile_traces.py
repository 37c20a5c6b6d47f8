"""Traces of a quantity over depth: line, seeds' range, and zeros, which a log axis cannot show."""

from math import log10
from typing import Any

import numpy as np

from resnet_viz.figures.layers import LayersInfo, LineLayers
from resnet_viz.figures.theme import Theme
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count


def profile_trace(entry: LineLayers, *, log: bool, digits: int = 3) -> Trace:
    """The line over depth; a layer that is not finite, or zero on a log axis, leaves a gap."""
    value = np.where(entry.value > 0, entry.value, np.nan) if log else entry.value
    at = _("{role}, step {step}").format(role=entry.line.name, step=count(entry.step))
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": entry.line.name,
        "legendgroup": entry.line.family,
        "x": entry.position,
        "y": value.astype(np.float32),
        "customdata": list(entry.layers),
        "line": entry.line.look.line(width=2),
        "marker": {"color": entry.line.look.colour, "symbol": entry.line.look.symbol, "size": 6},
        "hovertemplate": f"%{{customdata}}: %{{y:.{digits}~g}}<extra>{at}</extra>",
    }


def range_trace(entry: LineLayers, *, log: bool) -> list[Trace]:
    """From the smallest to the largest seed as a filled outline; nothing with one seed."""
    drawable = np.isfinite(entry.value) & ((entry.low > 0) | (not log))
    if len(entry.seeds) < 2 or not drawable.any():
        return []
    x, low, high = entry.position[drawable], entry.low[drawable], entry.high[drawable]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.concatenate([x, x[::-1]]).astype(np.int32),
            "y": np.concatenate([high, low[::-1]]).astype(np.float32),
            "fill": "toself",
            "fillcolor": entry.line.look.faded(0.2),
            "line": {"width": 0},
            "legendgroup": entry.line.family,
            "showlegend": False,
            "hoverinfo": "skip",
        }
    ]


def zero_trace(entry: LineLayers, floor: float) -> list[Trace]:
    """Layers that are exactly zero, as marks on the floor line of a log axis."""
    zero = entry.value == 0
    if not zero.any():
        return []
    name = _("{role}: exactly 0").format(role=entry.line.name)
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "legendgroup": entry.line.family,
            "x": entry.position[zero],
            "y": np.full(int(zero.sum()), floor, np.float32),
            "customdata": [layer for layer, is_zero in zip(entry.layers, zero, strict=True) if is_zero],
            "marker": {"color": entry.line.look.colour, "symbol": "triangle-down-open", "size": 9},
            "hovertemplate": "%{customdata}: 0<extra>" + name + "</extra>",
        }
    ]


def log_range(info: LayersInfo) -> list[float]:
    """Ends of the log axis, in decades: the whole training's values, and the floor where there are zeros."""
    low = log10(info.floor if info.has_zeros or not info.smallest else info.smallest)
    high = log10(info.largest) if info.largest else low + 3
    margin = max(0.2, 0.04 * (high - low))
    return [low - margin, high + margin]


def floor_line(info: LayersInfo, look: Theme) -> dict[str, Any]:
    """Layout parts that mark the floor as zero, where there are zeros."""
    if not info.has_zeros:
        return {}
    decade = log10(info.floor)
    at = {"xref": "paper", "yref": "y", "x": 1, "y": decade, "xanchor": "right", "yanchor": "bottom"}
    stroke = {"color": look.grid, "width": 1, "dash": "dot"}
    shape = {
        "type": "line",
        "xref": "paper",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": info.floor,
        "y1": info.floor,
    }
    return {
        "shapes": [shape | {"line": stroke}],
        "annotations": [at | {"text": _("exactly 0"), "showarrow": False}],
    }
