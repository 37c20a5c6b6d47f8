"""Final training and test error over depth: the degradation curve of He et al. 2015, Fig. 6, measured."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.experiments.sweeps import CellHistory
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_looks, family_name
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.panels import in_second_panel, panel_axes, panel_titles
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty, faded, layout
from resnet_viz.figures.traces import Trace
from resnet_viz.findings.errors import Seeds, by_depth
from resnet_viz.findings.intervals import t_interval
from resnet_viz.findings.published_curves import PUBLISHED, PublishedCurve
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import percent

PUBLISHED_COLOUR = "#8a8a8a"
"""Grey is no family's colour: published numbers cannot be taken for measured ones."""
_PUBLISHED_SYMBOLS = {"plain": "x-thin-open", "residual": "cross-thin-open"}

HOW_TO_READ = N_(
    "Lower is better. Each point is one finished training, the line their mean per depth, with its 95 % "
    "interval where there are several seeds. If the training error rises with depth, the deeper network is "
    "not overfitting: it is harder to train."
)
PUBLISHED_NOTE = N_(
    "Grey crosses on dotted lines are published numbers, not measured here: those of He et al. read from "
    "their table, those of Li et al. as others quote them, rounded. Other data and longer training: compare "
    "the shape only."
)


class Errors(NamedTuple):
    """One kind of error of one family, shares of 1; single runs, and the mean per depth.

    ``run_depth``, ``run_seed`` int64 [runs] and ``run_error`` float64 [runs];
    ``depth``, ``seeds`` int64 [depths] and ``mean``, ``low``, ``high`` float64
    [depths]; the ends of the 95 % interval are NaN with fewer than two seeds.
    """

    run_depth: npt.NDArray[np.int64]
    run_seed: npt.NDArray[np.int64]
    run_error: npt.NDArray[np.float64]
    depth: npt.NDArray[np.int64]
    seeds: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


class FamilyErrors(NamedTuple):
    """Final errors of one family."""

    family: str
    train: Errors
    test: Errors


class DegradationInfo(NamedTuple):
    """What the chart shows: measured families in the sweep's order, and published curves beside them.

    ``depths``: all depths of the sweep, so that the axis holds still while it fills in.
    """

    families: tuple[FamilyErrors, ...]
    published: tuple[PublishedCurve, ...]
    depths: tuple[int, ...]


def degradation_info(
    families: Sequence[str],
    cells: Sequence[CellHistory],
    *,
    depths: Sequence[int] = (),
    published: bool = False,
) -> DegradationInfo:
    """Collect the finished ``cells`` of ``families``; ``published`` adds the curves of the papers."""
    measured = []
    for name in families:
        finished = by_depth(cells, name)
        train = _errors(finished, lambda seeds: {seed: float(e.mean()) for seed, e in seeds.last.items()})
        test = _errors(finished, lambda seeds: dict(seeds.test))
        measured.append(FamilyErrors(name, train, test))
    found = tuple(sorted({*depths, *(cell.depth for cell in cells)}))
    return DegradationInfo(tuple(measured), PUBLISHED if published else (), found)


def degradation_chart(info: DegradationInfo, look: Theme = LIGHT, *, stacked: bool = False) -> Chart:
    """Training error in the first panel, test error in the second, published test errors in grey."""
    name = f"degradation/{'stacked' if stacked else 'beside'}"
    looks = family_looks([entry.family for entry in info.families])
    data: list[Trace] = []
    for entry in info.families:
        style = looks[entry.family]
        data += _traces(entry.family, style, entry.train)
        data += [in_second_panel(trace) for trace in _traces(entry.family, style, entry.test)]
    if not data and not info.published:
        return empty(look, name)
    data += [published_trace(curve) for curve in info.published]
    x: dict[str, Any] = {"hoverformat": "d", "rangemode": "normal"}
    if info.depths and not info.published:
        margin = max(2, (info.depths[-1] - info.depths[0]) * 0.05)
        x |= {"range": [info.depths[0] - margin, info.depths[-1] + margin]}
    y = {"tickformat": ".0%", "rangemode": "tozero"}
    axes = panel_axes(look, _("Depth (weighted layers)"), _("Final error"), x, y, stacked=stacked)
    more = {
        "annotations": panel_titles(axes, _("Training error"), _("Test error")),
        "hovermode": "closest",
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.1, "yanchor": "bottom"},
    }
    return {"data": data, "layout": layout(look, name, axes["xaxis"], axes["yaxis"], **more) | axes}


def how_to_read(info: DegradationInfo) -> str:
    """One line for people who see the chart for the first time; two with published numbers."""
    return f"{_(HOW_TO_READ)} {_(PUBLISHED_NOTE)}" if info.published else _(HOW_TO_READ)


def degradation_table(info: DegradationInfo) -> Columns:
    """One row per finished run, then one per published number, which names its source."""
    rows: list[tuple[str, int, int, float, float, str]] = []
    for entry in info.families:
        tested = dict(zip(_keys(entry.test), entry.test.run_error.tolist(), strict=True))
        for key, error in zip(_keys(entry.train), entry.train.run_error.tolist(), strict=True):
            rows.append((family_name(entry.family), *key, error, tested.get(key, np.nan), _("measured")))
    for curve in info.published:
        rows += [
            (_(curve.label), depth, -1, np.nan, error, _(curve.source))
            for depth, error in zip(curve.depths, curve.test_errors, strict=True)
        ]
    names, depths, seeds, train, test, sources = zip(*rows, strict=True) if rows else ((),) * 6
    return {
        _("network"): np.array(names, np.str_),
        _("depth"): np.array(depths, np.int32),
        _("seed"): np.array([str(seed) if seed >= 0 else "" for seed in seeds], np.str_),
        _("training error"): np.array(train, np.float64),
        _("test error"): np.array(test, np.float64),
        _("source"): np.array(sources, np.str_),
    }


def describe(info: DegradationInfo) -> str:
    """The chart in words, for those who do not see it; published numbers are called so."""
    parts = [_("Final error over depth.")]
    for entry in info.families:
        if not len(entry.train.depth):
            parts.append(_("{family}: no finished run yet.").format(family=family_name(entry.family)))
            continue
        for title, errors in ((_("training error"), entry.train), (_("test error"), entry.test)):
            values = [
                _("depth {depth} {error}").format(depth=depth, error=percent(mean))
                for depth, mean in zip(errors.depth.tolist(), errors.mean.tolist(), strict=True)
            ]
            if values:
                parts.append(f"{family_name(entry.family)}, {title}: {', '.join(values)}.")
    parts += [_(curve.source) for curve in info.published]
    return " ".join(parts)


def _errors(finished: dict[int, Seeds], of: Callable[[Seeds], dict[int, float]]) -> Errors:
    runs = [(depth, seed, error) for depth, seeds in finished.items() for seed, error in of(seeds).items()]
    means = [(depth, t_interval(list(found.values()))) for depth, s in finished.items() if (found := of(s))]
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


def _keys(errors: Errors) -> list[tuple[int, int]]:
    return list(zip(errors.run_depth.tolist(), errors.run_seed.tolist(), strict=True))


def _traces(name: str, style: NetworkLook, errors: Errors) -> list[Trace]:
    """Band, single runs, and the line through the means."""
    if not len(errors.depth):
        return []
    traces: list[Trace] = []
    several = np.isfinite(errors.low)
    shared = {"type": "scatter", "legendgroup": name}
    if several.sum() > 1:
        x, low, high = errors.depth[several], errors.low[several].clip(0), errors.high[several].clip(None, 1)
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
        hover += f" (95 %: %{{customdata[0]:.1%}} … %{{customdata[1]:.1%}}; {seeds})"
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


def published_trace(curve: PublishedCurve) -> Trace:
    """A published curve in the second panel, unlike anything measured."""
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": _(curve.label),
        "xaxis": "x2",
        "yaxis": "y2",
        "x": np.array(curve.depths, np.int32),
        "y": np.array(curve.test_errors, np.float32),
        "line": {"color": PUBLISHED_COLOUR, "dash": "dot", "width": 1.5},
        "marker": {"color": PUBLISHED_COLOUR, "symbol": _PUBLISHED_SYMBOLS[curve.role], "size": 10},
        "customdata": [curve.printed(error) for error in curve.test_errors],
        "hovertemplate": _("depth {depth}: {error}").format(depth="%{x}", error="%{customdata}")
        + f"<br>{_(curve.source)}<extra></extra>",
    }
