"""A finished race as a film: both charts once, and what of them is visible at each step.

The charts are those of a live race with axes that hold for the whole training;
a player cuts the curves at a step and puts in the gradient profile of that step.
"""

from collections.abc import Sequence
from math import log10
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures import gradient_profile, losses
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import GRADIENT_DIGITS, LayersInfo, layers_table
from resnet_viz.figures.lines import Line
from resnet_viz.figures.losses import LossInfo
from resnet_viz.figures.theme import LIGHT, Theme, step_range
from resnet_viz.findings.endings import steps_done
from resnet_viz.history import Curve, RunHistory
from resnet_viz.locale import gettext as _

METRIC = "grad/relative"


class LineFilm(NamedTuple):
    """One line: ``profile`` float32 [rows, layers] measured at ``step`` int64 [rows], and both curves."""

    line: Line
    step: npt.NDArray[np.int64]
    profile: npt.NDArray[np.float32]
    loss: Curve
    test_accuracy: Curve


class ReplayInfo(NamedTuple):
    """``steps`` updates were done; ``films`` has one run of each line."""

    steps: int
    loss: LossInfo
    profile: LayersInfo
    films: tuple[LineFilm, ...]


def replay_info(histories: Sequence[RunHistory]) -> ReplayInfo:
    """The film of a race of one seed; lines without losses or profiles are left out."""
    loss = losses.loss_info(histories)
    profile = gradient_profile.gradient_profile_info(histories, METRIC)
    nothing = Curve(np.empty(0, np.int64), np.empty(0))
    films = []
    for curves in loss.lines:
        for history in curves.line.histories:
            table = history.profiles.get(METRIC)
            if table is not None:
                accuracy = history.series.get("test/accuracy", nothing)
                films.append(LineFilm(curves.line, table.step, table.value, curves.smooth[0], accuracy))
                break
    return ReplayInfo(max(map(steps_done, histories), default=0), loss, profile, tuple(films))


def replay_charts(info: ReplayInfo, look: Theme = LIGHT) -> dict[str, Chart]:
    """``loss`` and ``profile`` as they are at the end; each trace's ``legendgroup`` is its network type."""
    loss = losses.loss_chart(info.loss, look)
    values = np.concatenate([entry.raw[0].value for entry in info.loss.lines] or [np.empty(0)])
    values = values[np.isfinite(values) & (values > 0)]
    if len(values):
        low, high = log10(values.min()), log10(values.max())
        margin = 0.05 * max(high - low, 0.1)
        loss["layout"]["yaxis"]["range"] = [low - margin, high + margin]
        loss["layout"]["xaxis"]["range"] = list(step_range(info.steps))
    profile = gradient_profile.gradient_profile_chart(info.profile, look)
    # Marks of exact zeros belong to one step; a player leaves gaps there.
    profile["data"] = [trace for trace in profile["data"] if trace.get("mode") == "lines+markers"]
    names = {entry.line.family: entry.line.name for entry in info.profile.lines}
    for trace in profile["data"]:
        name = names[trace["legendgroup"]]
        trace |= {
            "name": name,
            "hovertemplate": f"%{{customdata}}: %{{y:.{GRADIENT_DIGITS}~g}}<extra>{name}</extra>",
        }
    return {"loss": loss, "profile": profile}


def figures(info: ReplayInfo) -> dict[str, Figure]:
    """``loss`` and ``profile`` as they are at the end; a trace's ``legendgroup`` is its network type."""
    charts = replay_charts(info)
    return {
        "loss": Figure(
            _("Training loss"),
            _(losses.HOW_TO_READ).format(window=info.loss.window),
            losses.describe(info.loss),
            charts["loss"],
            lambda: losses.loss_table(info.loss),
            more=_(losses.MORE),
        ),
        "profile": Figure(
            _("Gradient of each layer"),
            _(gradient_profile.HOW_TO_READ[METRIC]),
            gradient_profile.describe(info.profile),
            charts["profile"],
            lambda: layers_table(info.profile),
            more=gradient_profile.more(METRIC),
        ),
    }
