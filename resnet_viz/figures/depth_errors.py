"""One kind of error of one family over depth: collected from its runs, and as traces of a chart."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.theme import faded
from resnet_viz.figures.traces import Trace
from resnet_viz.findings.errors import Seeds
from resnet_viz.findings.intervals import t_interval
from resnet_viz.locale import gettext as _


class Errors(NamedTuple):
    """One kind of error of one family, shares of 1; single runs, and the mean per depth.

    ``run_depth``, ``run_seed`` int64 [runs] and ``run_error`` float64 [runs];
    ``depth``, ``seeds`` int64 [depths] and ``mean``, ``low``, ``high`` float64
    [depths]; the ends of the 95 % interval are NaN with fewer than three seeds.
    """

    run_depth: npt.NDArray[np.int64]
    run_seed: npt.NDArray[np.int64]
    run_error: npt.NDArray[np.float64]
    depth: npt.NDArray[np.int64]
    seeds: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


def collected(finished: dict[int, Seeds], of: Callable[[Seeds], Mapping[int, float]]) -> Errors:
    """``of`` every depth: the errors of its finished seeds."""
    runs = [(depth, seed, error) for depth, seeds in finished.items() for seed, error in of(seeds).items()]
    means = [
        (depth, t_interval(list(found.values()), (0, 1))) for depth, s in finished.items() if (found := of(s))
    ]
    ends = [
        (np.nan if band.low is None else band.low, np.nan if band.high is None else band.high)
        for _depth, band in means
    ]
    return Errors(
        np.array([depth for depth, _seed, _error in runs], np.int64),
        np.array([seed for _depth, seed, _error in runs], np.int64),
        np.array([error for _depth, _seed, error in runs], np.float64),
        np.array([depth for depth, _band in means], np.int64),
        np.array([band.count for _depth, band in means], np.int64),
        np.array([band.mean for _depth, band in means], np.float64),
        np.array([low for low, _high in ends], np.float64),
        np.array([high for _low, high in ends], np.float64),
    )


def error_traces(name: str, style: NetworkLook, errors: Errors) -> list[Trace]:
    """Band, single runs, and the line through the means."""
    if not len(errors.depth):
        return []
    traces: list[Trace] = []
    several = np.isfinite(errors.low)
    shared = {"type": "scatter", "legendgroup": name}
    if several.sum() > 1:
        x, low, high = errors.depth[several], errors.low[several], errors.high[several]
        traces.append(
            shared
            | {
                "mode": "lines",
                "x": np.concatenate([x, x[::-1]]).astype(np.int32),
                "y": np.concatenate([high, low[::-1]]).astype(np.float32),
                "fill": "toself",
                "fillcolor": faded(style.colour, 0.2),
                "line": {"width": 0},
                "showlegend": False,
                "hoverinfo": "skip",
            }
        )
    if errors.seeds.max() > 1:
        traces.append(
            shared
            | {
                "mode": "markers",
                "x": errors.run_depth.astype(np.int32),
                "y": errors.run_error.astype(np.float32),
                "customdata": errors.run_seed.astype(np.int32),
                "marker": {"color": faded(style.colour, 0.45), "size": 6},
                "showlegend": False,
                "hovertemplate": _("depth {depth}, seed {seed}: {error}").format(
                    depth="%{x}", seed="%{customdata}", error="%{y:.1%}"
                )
                + f"<extra>{style.name}</extra>",
            }
        )
    interval = np.stack([errors.low, errors.high, errors.seeds], axis=1).astype(np.float32)
    hover = _("depth {depth}: {error}").format(depth="%{x}", error="%{y:.1%}")
    if errors.seeds.max() > 1:
        seeds = _("seeds: {count}").format(count="%{customdata[2]}")
        hover += f" (95%: %{{customdata[0]:.1%}} … %{{customdata[1]:.1%}}; {seeds})"
    traces.append(
        shared
        | {
            "mode": "lines+markers",
            "name": style.name,
            "x": errors.depth.astype(np.int32),
            "y": errors.mean.astype(np.float32),
            "customdata": interval,
            "line": style.line(),
            "marker": {"color": style.colour, "symbol": style.symbol, "size": 9},
            "hovertemplate": f"{hover}<extra>{style.name}</extra>",
        }
    )
    return traces


def diverged_trace(
    name: str, style: NetworkLook, said: Mapping[int, str], top: float, *, named: bool
) -> Trace:
    """What diverged has no number; it stands at the ``top`` edge, as the worst result.

    ``said``: depth → what happened there; ``named``: whether the legend gets an entry.
    """
    return {
        "type": "scatter",
        "mode": "markers",
        "legendgroup": name,
        "name": style.name,
        "showlegend": named,
        "x": np.array([*said], np.int32),
        "y": np.full(len(said), top, np.float32),
        "text": [*said.values()],
        "cliponaxis": False,
        "marker": {"color": style.colour, "symbol": "triangle-up", "size": 14},
        "hovertemplate": "%{text}<extra></extra>",
    }
