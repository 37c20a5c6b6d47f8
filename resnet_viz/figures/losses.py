"""Train loss over steps, on a log axis: every batch, and the mean of the last steps."""

from collections.abc import Iterable, Sequence
from math import log10
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.branch_marks import branch_marks
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.curves import Band, over_seeds, steps_shown, trailing_mean
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.lines import Line, lines_of
from resnet_viz.figures.tables import Columns, Points, by_step
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout, step_axis
from resnet_viz.figures.traces import Trace, band_trace, faint_line, faint_points, mean_trace
from resnet_viz.findings.endings import FINAL_STEPS
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.history import Curve, RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, number, running_text

WINDOW = FINAL_STEPS
"""Steps in the running mean: those that a run's final train loss is the mean of."""

_WITHIN_A_DECADE = 0.9
"""With what an axis has beyond its values, their range is less than one power of ten."""

HOW_TO_READ = N_("Lower is better. Thick: mean of {window} steps; thin: each batch.")
MORE = N_(
    "The scale is logarithmic. With several seeds the thick line is their mean and the points are the seeds; "
    "from three on, shaded, with its 95% confidence interval."
)


class LineLoss(NamedTuple):
    """The curves of one line: per seed as measured and smoothed, and the mean of the smoothed."""

    line: Line
    seeds: tuple[int, ...]
    raw: tuple[Curve, ...]
    smooth: tuple[Curve, ...]
    band: Band


class LossInfo(NamedTuple):
    """What the chart shows; ``lines`` holds those that have been measured."""

    window: int
    lines: tuple[LineLoss, ...]


def loss_info(histories: Sequence[RunHistory], window: int = WINDOW) -> LossInfo:
    """Collect ``train/loss``; smoothing is the running mean of the last ``window`` steps."""
    lines = []
    for line in lines_of(histories):
        found = line.curves("train/loss")
        if found:
            raw = tuple(curve for _seed, curve in found)
            smooth = tuple(trailing_mean(curve, window) for curve in raw)
            lines.append(
                LineLoss(line, tuple(seed for seed, _curve in found), raw, smooth, over_seeds(smooth))
            )
    return LossInfo(window, tuple(lines))


def loss_axis(look: Theme, curves: Iterable[npt.NDArray[np.floating[Any]]]) -> dict[str, Any]:
    """The axis of training losses ``curves``, with marks that are all of one size.

    plotly.js makes those between powers of ten smaller, but for a format of its own; it thins them out
    only where few are asked for.
    """
    found = np.concatenate([np.empty(0), *(curve[np.isfinite(curve) & (curve > 0)] for curve in curves)])
    decades = log10(found.max() / found.min()) if len(found) else 0
    nticks = 6 if decades < _WITHIN_A_DECADE else 3
    return axis(look, _("Training loss (log)"), type="log", nticks=nticks, tickformat="~g")


def loss_chart(info: LossInfo, look: Theme = LIGHT) -> Chart:
    """Per line: band, faint single batches or seeds, and the line."""
    if not info.lines:
        return empty(look, "losses")
    behind: list[Trace] = []
    lines = []
    for line, _seeds, raw, smooth, band in info.lines:
        behind += band_trace(line, band, log=True)
        if line.branch is None:  # the single batches of forks would hide their parents'
            behind.append(faint_line(line, raw[0], log=True) if len(raw) == 1 else faint_points(line, smooth))
        lines.append(mean_trace(line, band, ".3~g", log=True))
    steps = steps_shown(curve for entry in info.lines for curve in entry.raw)
    x = step_axis(look, steps)
    marks = branch_marks([entry.line for entry in info.lines], steps)
    y = loss_axis(look, (curve.value for entry in info.lines for curve in entry.raw))
    return {"data": behind + lines, "layout": layout(look, "losses", x, y, hovermode="x unified", **marks)}


def loss_table(info: LossInfo) -> Columns:
    """Per step: each seed as measured and smoothed, the mean of several, from three on its interval."""
    columns: dict[str, Points] = {}
    for line, seeds, raw, smooth, band in info.lines:
        name = line.name
        for seed, measured, smoothed in zip(seeds, raw, smooth, strict=True):
            run = _("{role}, seed {seed}").format(role=name, seed=seed)
            columns[run] = (measured.step, measured.value)
            columns[_("{run}, mean of {window} steps").format(run=run, window=info.window)] = (
                smoothed.step,
                smoothed.value,
            )
        if len(seeds) > 1:
            columns[_("{role}, mean of the seeds").format(role=name)] = (band.step, band.mean)
        if len(seeds) >= FEWEST:
            columns[_("{role}, 95% confidence interval from").format(role=name)] = (band.step, band.low)
            columns[_("{role}, 95% confidence interval to").format(role=name)] = (band.step, band.high)
    return by_step(columns)


def describe(info: LossInfo) -> str:
    """The chart in words, for those who do not see it."""
    if not info.lines:
        return _("Training loss: no measurement yet.")
    parts = [_("Training loss, mean of the last {window} steps.").format(window=info.window)]
    for line, seeds, _raw, _smooth, band in info.lines:
        if not len(band):
            parts.append(_("{role}: no finite value.").format(role=line.name))
            continue
        text = _(
            "{role}: {first} at step {first_step}, {last} at step {last_step}, lowest {lowest}; "
            "seeds: {seeds}."
        )
        parts.append(
            text.format(
                role=line.name,
                first=number(float(band.mean[0])),
                first_step=count(int(band.step[0])),
                last=number(float(band.mean[-1])),
                last_step=count(int(band.step[-1])),
                lowest=number(float(band.mean.min())),
                seeds=len(seeds),
            )
        )
    return running_text(parts)


def figure(histories: Sequence[RunHistory]) -> Figure:
    """Training loss of all networks."""
    info = loss_info(histories)
    return Figure(
        _("Training loss"),
        _(HOW_TO_READ).format(window=info.window),
        describe(info),
        loss_chart(info),
        lambda: loss_table(info),
        more=_(MORE),
    )
