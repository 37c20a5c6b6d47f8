"""Final training and test error over depth: the degradation curve of He et al. 2015, Fig. 6, measured."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.depth_errors import Errors, collected, diverged_trace, error_traces
from resnet_viz.figures.families import family_looks, family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.panels import in_second_panel, panel_axes, two_panels
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty
from resnet_viz.figures.traces import Trace
from resnet_viz.findings.errors import by_depth
from resnet_viz.findings.published_curves import PUBLISHED, PublishedCurve
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import percent, running_text, with_semicolons

PUBLISHED_COLOUR = "#8a8a8a"
"""Grey is no family's colour: published numbers cannot be taken for measured ones."""
_PUBLISHED_SYMBOLS = {"plain": "x-thin-open", "residual": "cross-thin-open"}

HOW_TO_READ = N_("Lower is better. Points: finished runs; line: their mean.")
MORE = N_(
    "Depth counts the layers with weights, convolutions and the classifier. From three seeds on, shaded: the "
    "95% confidence interval of the mean. Triangles at the top: diverged. Both panels have one scale."
)
PUBLISHED_NOTE = N_(
    "Grey crosses on dotted lines are published numbers, not measured here: those of He et al. read from "
    "their table, those of Li et al. as others quote them, rounded. Other data and longer training: compare "
    "the shape only."
)
HOW_TO_READ_PUBLISHED = N_("Lower is better. Grey crosses: from papers, not measured here.")


class FamilyErrors(NamedTuple):
    """Final errors of one family; ``diverged``: depth → in how many of how many runs."""

    family: str
    train: Errors
    test: Errors
    diverged: dict[int, tuple[int, int]]


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
        train = collected(finished, lambda seeds: seeds.train)
        test = collected(finished, lambda seeds: seeds.test)
        diverged = {depth: (len(s.diverged), s.count) for depth, s in finished.items() if s.diverged}
        measured.append(FamilyErrors(name, train, test, diverged))
    found = tuple(sorted({*depths, *(cell.depth for cell in cells)}))
    return DegradationInfo(tuple(measured), PUBLISHED if published else (), found)


def degradation_chart(info: DegradationInfo, look: Theme = LIGHT, *, stacked: bool = False) -> Chart:
    """Training error in the first panel, test error in the second, published test errors in grey."""
    name = f"degradation/{'stacked' if stacked else 'beside'}"
    looks = family_looks([entry.family for entry in info.families])
    top = _top(info)
    data: list[Trace] = []
    for entry in info.families:
        style = looks[entry.family]
        data += error_traces(entry.family, style, entry.train)
        data += [in_second_panel(trace) for trace in error_traces(entry.family, style, entry.test)]
        if entry.diverged:
            told = {depth: _said(entry, depth) for depth in entry.diverged}
            trace = diverged_trace(entry.family, style, told, top, named=not len(entry.train.depth))
            data += [trace, in_second_panel(trace | {"showlegend": False})]
    if not data and not info.published:
        return empty(look, name)
    data += [published_trace(curve) for curve in info.published]
    x: dict[str, Any] = {"hoverformat": "d", "rangemode": "normal"}
    if info.depths and not info.published:
        margin = max(2, (info.depths[-1] - info.depths[0]) * 0.05)
        x |= {"range": [info.depths[0] - margin, info.depths[-1] + margin]}
    # Asked to find it for two axes that match, plotly.js takes a range that has to do with neither.
    y: dict[str, Any] = {"tickformat": ".0%", "range": [0, top]}
    axes = panel_axes(look, _("Depth (weighted layers)"), _("Final error"), x, y, stacked=stacked)
    return two_panels(data, look, name, axes, _("Training error"), _("Test error"))


def degradation_table(info: DegradationInfo) -> Columns:
    """One row per finished run, then one per published number, which names its source."""
    rows: list[tuple[str, int, int, float, float, str]] = []
    for entry in info.families:
        tested = dict(zip(_keys(entry.test), entry.test.run_error.tolist(), strict=True))
        for key, error in zip(_keys(entry.train), entry.train.run_error.tolist(), strict=True):
            rows.append((family_name(entry.family), *key, error, tested.get(key, np.nan), _("measured")))
        rows += [
            (
                family_name(entry.family),
                depth,
                -1,
                np.nan,
                np.nan,
                _("{count} of {runs} runs diverged").format(count=count, runs=runs),
            )
            for depth, (count, runs) in entry.diverged.items()
        ]
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
        parts += [_said(entry, depth) for depth in entry.diverged]
        if not len(entry.train.depth):
            parts.append(_("{family}: no finished run yet.").format(family=family_name(entry.family)))
            continue
        for title, errors in ((_("training error"), entry.train), (_("test error"), entry.test)):
            values = [
                _("depth {depth} {error}").format(depth=depth, error=percent(mean))
                for depth, mean in zip(errors.depth.tolist(), errors.mean.tolist(), strict=True)
            ]
            if values:
                parts.append(
                    _("{network}, {quantity}: {values}.").format(
                        network=family_name(entry.family), quantity=title, values=with_semicolons(values)
                    )
                )
    parts += [_(curve.source) for curve in info.published]
    return running_text(parts)


def _keys(errors: Errors) -> list[tuple[int, int]]:
    return list(zip(errors.run_depth.tolist(), errors.run_seed.tolist(), strict=True))


def _said(entry: FamilyErrors, depth: int) -> str:
    count, runs = entry.diverged[depth]
    return _("{family}: at depth {depth} {count} of {runs} runs diverged.").format(
        family=family_name(entry.family), depth=depth, count=count, runs=runs
    )


def _top(info: DegradationInfo) -> float:
    """The upper edge of the chart, where diverged runs stand: above everything that has a number."""
    highest = [
        float(np.nanmax([*errors.run_error, *errors.high]))
        for entry in info.families
        for errors in (entry.train, entry.test)
        if len(errors.run_error)
    ]
    highest += [max(curve.test_errors) for curve in info.published]
    return 1.08 * max(highest, default=1.0)


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
        "marker": {"color": PUBLISHED_COLOUR, "symbol": _PUBLISHED_SYMBOLS[curve.family], "size": 10},
        "customdata": [curve.printed(error) for error in curve.test_errors],
        "hovertemplate": _("depth {depth}: {error}").format(depth="%{x}", error="%{customdata}")
        + f"<br>{_(curve.source)}<extra></extra>",
    }


def figure(
    families: Sequence[str],
    cells: Sequence[CellHistory],
    *,
    depths: Sequence[int] = (),
    published: bool = False,
) -> Figure:
    """The degradation curve of a sweep; ``published`` adds the curves of the papers."""
    info = degradation_info(families, cells, depths=depths, published=published)
    return Figure(
        _("Final error over depth"),
        _(HOW_TO_READ_PUBLISHED if published else HOW_TO_READ),
        describe(info),
        degradation_chart(info),
        lambda: degradation_table(info),
        narrow=degradation_chart(info, stacked=True)["layout"],
        more=running_text((_(MORE), _(PUBLISHED_NOTE) if published else "")),
    )
