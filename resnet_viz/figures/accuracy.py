"""Test accuracy over steps, with the training accuracy faint behind it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from resnet_viz.figures.branch_marks import branch_marks
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.curves import Band, over_seeds, steps_shown, trailing_mean
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.lines import Line, lines_of
from resnet_viz.figures.losses import WINDOW
from resnet_viz.figures.tables import Columns, Points, by_step
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout, step_axis
from resnet_viz.figures.traces import Trace, band_trace, faint_line, faint_points, mean_trace
from resnet_viz.findings.intervals import FEWEST
from resnet_viz.history import Curve, RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, percent, running_text

HOW_TO_READ = N_("Higher is better. Thick: test images; thin: training images.")
MORE = N_(
    "Accuracy is the share of images that the network classifies correctly. With several seeds the line is "
    "their mean and the points are the seeds; from three on, shaded, with its 95% confidence interval."
)


class LineAccuracy(NamedTuple):
    """Shares of 1: per seed on the test images, and the means over seeds on test and training images."""

    line: Line
    seeds: tuple[int, ...]
    test: tuple[Curve, ...]
    band: Band
    train: Band


class AccuracyInfo(NamedTuple):
    """What the chart shows; ``lines`` holds those that have been measured."""

    lines: tuple[LineAccuracy, ...]


def accuracy_info(histories: Sequence[RunHistory]) -> AccuracyInfo:
    """Collect ``test/accuracy``, and ``train/accuracy`` as running mean of the last steps."""
    lines = []
    for line in lines_of(histories):
        test, train = line.curves("test/accuracy"), line.curves("train/accuracy")
        if test or train:
            curves = tuple(curve for _seed, curve in test)
            smooth = over_seeds([trailing_mean(curve, WINDOW) for _seed, curve in train])
            seeds = tuple(seed for seed, _curve in test or train)
            lines.append(LineAccuracy(line, seeds, curves, over_seeds(curves, (0, 1)), smooth))
    return AccuracyInfo(tuple(lines))


def accuracy_chart(info: AccuracyInfo, look: Theme = LIGHT) -> Chart:
    """Per line: training accuracy faint, band and seeds, and the line with a marker per evaluation."""
    if not info.lines:
        return empty(look, "accuracy")
    behind: list[Trace] = []
    lines = []
    for line, _seeds, test, band, train in info.lines:
        if len(train):
            behind.append(faint_line(line, Curve(train.step, train.mean)))
        behind += band_trace(line, band)
        if len(test) > 1:
            behind.append(faint_points(line, test))
        if len(band):
            lines.append(mean_trace(line, band, ".1%", markers=True))
    tested = max((int(entry.band.step[-1]) for entry in info.lines if len(entry.band)), default=0)
    steps = max(tested, steps_shown(entry.train for entry in info.lines))
    x = step_axis(look, steps)
    marks = branch_marks([entry.line for entry in info.lines], steps)
    y = axis(look, _("Accuracy"), tickformat=".0%", range=[0, 1])
    return {"data": behind + lines, "layout": layout(look, "accuracy", x, y, hovermode="x unified", **marks)}


def accuracy_table(info: AccuracyInfo) -> Columns:
    """Per step: test accuracy of each seed, their mean and its interval; mean training accuracy."""
    columns: dict[str, Points] = {}
    for line, seeds, test, band, train in info.lines:
        name = line.name
        for seed, curve in zip(seeds, test, strict=False):
            columns[_("{role}, seed {seed}, test").format(role=name, seed=seed)] = (curve.step, curve.value)
        if len(test) > 1:
            columns[_("{role}, test, mean of the seeds").format(role=name)] = (band.step, band.mean)
        if len(test) >= FEWEST:
            columns[_("{role}, test, 95% confidence interval from").format(role=name)] = (band.step, band.low)
            columns[_("{role}, test, 95% confidence interval to").format(role=name)] = (band.step, band.high)
        columns[_("{role}, training, mean of {window} steps").format(role=name, window=WINDOW)] = (
            train.step,
            train.mean,
        )
    return by_step(columns)


def describe(info: AccuracyInfo) -> str:
    """The chart in words, for those who do not see it."""
    measured = [entry for entry in info.lines if len(entry.band)]
    if not measured:
        return _("Test accuracy: no measurement yet.")
    parts = [_("Test accuracy.")]
    for line, _seeds, test, band, _train in measured:
        best = int(np.argmax(band.mean))
        text = _("{role}: {last} at step {last_step}, best {best} at step {best_step}; seeds: {seeds}.")
        parts.append(
            text.format(
                role=line.name,
                last=percent(float(band.mean[-1])),
                last_step=count(int(band.step[-1])),
                best=percent(float(band.mean[best])),
                best_step=count(int(band.step[best])),
                seeds=len(test),
            )
        )
    return running_text(parts)


def figure(histories: Sequence[RunHistory]) -> Figure:
    """Test accuracy of all networks."""
    info = accuracy_info(histories)
    return Figure(
        _("Test accuracy"),
        _(HOW_TO_READ),
        describe(info),
        accuracy_chart(info),
        lambda: accuracy_table(info),
        more=_(MORE),
    )
