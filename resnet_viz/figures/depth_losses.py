"""Train loss over steps for all depths of a sweep, one of them brought forward."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.curves import Band, over_seeds, thinned, trailing_mean
from resnet_viz.figures.families import family_looks, family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.losses import WINDOW, loss_axis
from resnet_viz.figures.tables import Columns, Points, by_step
from resnet_viz.figures.theme import LIGHT, Theme, empty, layout, step_axis
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, running_text

BEHIND_POINTS = 150
"""Points of a curve in the background; there may be dozens of them."""

HOW_TO_READ = N_("Lower is better. Strong: the chosen depth; faint: all others.")
MORE = N_("Mean of the last {window} steps and of all seeds, on a logarithmic scale.")


class DepthLoss(NamedTuple):
    """The train loss of one family at one depth: mean over ``seeds`` of the smoothed curves."""

    family: str
    depth: int
    seeds: tuple[int, ...]
    band: Band


class DepthLossInfo(NamedTuple):
    """What the chart shows, by family and depth; ``depths`` are the stops of the slider."""

    curves: tuple[DepthLoss, ...]
    depths: tuple[int, ...]


def depth_loss_info(families: Sequence[str], cells: Sequence[CellHistory]) -> DepthLossInfo:
    """Collect ``train/loss`` of every cell that has begun."""
    begun: dict[tuple[str, int], list[CellHistory]] = {}
    for cell in cells:
        if len(cell.history.series.get("train/loss", ())):
            begun.setdefault((cell.family, cell.depth), []).append(cell)
    curves = []
    for name in families:
        for depth in sorted(depth for other, depth in begun if other == name):
            same = sorted(begun[name, depth], key=lambda cell: cell.seed)
            smooth = [trailing_mean(cell.history.series["train/loss"], WINDOW) for cell in same]
            band = over_seeds(smooth)
            if len(band):
                curves.append(DepthLoss(name, depth, tuple(cell.seed for cell in same), band))
    return DepthLossInfo(tuple(curves), tuple(sorted({curve.depth for curve in curves})))


def depth_loss_chart(info: DepthLossInfo, look: Theme = LIGHT, *, depth: int | None = None) -> Chart:
    """All curves, those of ``depth`` (by default the greatest) strong and in the legend."""
    if not info.curves:
        return empty(look, "depth-losses")
    chosen = info.depths[-1] if depth is None else depth
    looks = family_looks(list(dict.fromkeys(curve.family for curve in info.curves)))
    behind = [_trace(c, looks[c.family], strong=False) for c in info.curves if c.depth != chosen]
    front = [_trace(c, looks[c.family], strong=True) for c in info.curves if c.depth == chosen]
    x = step_axis(look, max(int(curve.band.step[-1]) + 1 for curve in info.curves))
    y = loss_axis(look, (curve.band.mean for curve in info.curves))
    return {"data": behind + front, "layout": layout(look, "depth-losses", x, y, hovermode="closest")}


def depth_loss_table(info: DepthLossInfo) -> Columns:
    """Per step: the mean over seeds of every family and depth."""
    columns: dict[str, Points] = {
        _("{family}, depth {depth}").format(family=family_name(curve.family), depth=curve.depth): (
            curve.band.step,
            curve.band.mean,
        )
        for curve in info.curves
    }
    return by_step(columns)


def describe(info: DepthLossInfo) -> str:
    """The chart in words: where each curve has come to."""
    if not info.curves:
        return _("Training loss at all depths: no measurement yet.")
    parts = [_("Training loss at all depths, mean of the last {window} steps.").format(window=WINDOW)]
    for curve in info.curves:
        text = _("{family}, depth {depth}: {loss} after {steps} steps.")
        parts.append(
            text.format(
                family=family_name(curve.family),
                depth=curve.depth,
                loss=number(float(curve.band.mean[-1])),
                steps=int(curve.band.step[-1]) + 1,
            )
        )
    return running_text(parts)


def _trace(curve: DepthLoss, style: NetworkLook, *, strong: bool) -> Trace:
    band = curve.band
    kept = thinned(band.mean, log=True) if strong else thinned(band.mean, BEHIND_POINTS, log=True)
    name = _("{family}, depth {depth}").format(family=style.name, depth=curve.depth)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "uid": f"{curve.family}-{curve.depth}",
        "x": band.step[kept].astype(np.int32),
        "y": band.mean[kept].astype(np.float32),
        "line": style.line(width=3) if strong else style.line(width=1.2, opacity=0.35),
        "showlegend": strong,
        "hovertemplate": f"%{{y:.3~g}}<extra>{name}</extra>",
    }


def figure(families: Sequence[str], cells: Sequence[CellHistory], *, depth: int | None = None) -> Figure:
    """Training loss of a sweep, the curves of ``depth`` (by default the greatest) in front."""
    info = depth_loss_info(families, cells)
    return Figure(
        _("Training loss at all depths"),
        _(HOW_TO_READ),
        describe(info),
        depth_loss_chart(info, depth=depth),
        lambda: depth_loss_table(info),
        more=_(MORE).format(window=WINDOW),
    )
