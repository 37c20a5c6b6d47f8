"""Any runs beside each other, one line each: for sets that are no race, such as several depths."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures import gradient_profile
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.curves import steps_shown, thinned, trailing_mean
from resnet_viz.figures.families import looks_in_turn
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import depth_positions
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.losses import loss_axis
from resnet_viz.figures.tables import Columns, Points, by_step
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout, step_axis
from resnet_viz.figures.traces import Trace
from resnet_viz.findings.endings import FINAL_STEPS
from resnet_viz.history import Curve, RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, number, percent, running_text

METRIC = "grad/relative"


class RunLine(NamedTuple):
    """One run: ``loss`` is the mean of the last steps, ``gradient`` float64 [layers] the newest profile."""

    look: NetworkLook
    loss: Curve
    accuracy: Curve
    step: int
    position: npt.NDArray[np.int32]
    gradient: npt.NDArray[np.float64]


class ComparisonInfo(NamedTuple):
    """The runs in the order given."""

    runs: tuple[RunLine, ...]


def comparison_info(labelled: Sequence[tuple[str, RunHistory]]) -> ComparisonInfo:
    """Collect loss, test accuracy and the newest gradient profile of each run."""
    nothing = Curve(np.empty(0, np.int64), np.empty(0))
    looks = looks_in_turn((history.family, label) for label, history in labelled)
    runs = []
    for look, (_label, history) in zip(looks, labelled, strict=True):
        table = history.profiles.get(METRIC)
        measured = table is not None and len(table) > 0
        runs.append(
            RunLine(
                look,
                trailing_mean(history.series.get("train/loss", nothing), FINAL_STEPS),
                history.series.get("test/accuracy", nothing),
                int(table.step[-1]) if table is not None and measured else 0,
                depth_positions(history, table.taps) if table is not None else np.empty(0, np.int32),
                table.value[-1].astype(np.float64) if table is not None and measured else np.empty(0),
            )
        )
    return ComparisonInfo(tuple(runs))


def loss_comparison(info: ComparisonInfo, look: Theme = LIGHT) -> Chart:
    """Train loss over steps, one line a run, on a log axis."""
    lines = [_curve(run, run.loss, "%{y:.3~g}", log=True) for run in info.runs if len(run.loss)]
    y = loss_axis(look, (run.loss.value for run in info.runs))
    return _chart(lines, "comparison-loss", look, step_axis(look, _steps(info)), y, "x unified")


def accuracy_comparison(info: ComparisonInfo, look: Theme = LIGHT) -> Chart:
    """Test accuracy over steps, one line a run."""
    lines = [_curve(run, run.accuracy, "%{y:.1%}", markers=True) for run in info.runs if len(run.accuracy)]
    y = axis(look, _("Test accuracy"), tickformat=".0%", range=[0, 1])
    return _chart(lines, "comparison-accuracy", look, step_axis(look, _steps(info)), y, "x unified")


def gradient_comparison(info: ComparisonInfo, look: Theme = LIGHT) -> Chart:
    """Relative gradient over depth at the newest step, one line a run; zeros leave gaps."""
    lines = []
    for run in info.runs:
        if len(run.gradient):
            value = np.where(run.gradient > 0, run.gradient, np.nan).astype(np.float32)
            lines.append(_trace(run, run.position, value, "%{y:.3~g}", markers=True))
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    title = _("{quantity} (log)").format(quantity="‖g‖ / ‖w‖")
    y = axis(look, title, type="log", minorloglabels="none", exponentformat="power")
    return _chart(lines, "comparison-gradient", look, x, y, "closest")


def curves_table(info: ComparisonInfo, name: str) -> Columns:
    """One row per step, one column per run; ``name`` is ``loss`` or ``accuracy``."""
    columns: dict[str, Points] = {}
    for run in info.runs:
        curve: Curve = getattr(run, name)
        columns[run.look.name] = (curve.step, curve.value)
    return by_step(columns)


def gradient_table(info: ComparisonInfo) -> Columns:
    """One row per position in depth, one column per run."""
    table = by_step({run.look.name: (run.position.astype(np.int64), run.gradient) for run in info.runs})
    return {_("depth"): table.pop(_("step")), **table}


def describe(info: ComparisonInfo) -> str:
    """The runs' last values in words, for those who do not see the charts."""
    text = _("{run}: training loss {loss} at step {step}, test accuracy {accuracy}.")
    return running_text(
        text.format(
            run=run.look.name,
            loss=number(float(run.loss.value[-1]) if len(run.loss) else None),
            step=count(int(run.loss.step[-1]) if len(run.loss) else 0),
            accuracy=percent(float(run.accuracy.value[-1]) if len(run.accuracy) else None),
        )
        for run in info.runs
    )


def _steps(info: ComparisonInfo) -> int:
    return steps_shown(run.loss for run in info.runs)


def _curve(run: RunLine, curve: Curve, hover: str, *, log: bool = False, markers: bool = False) -> Trace:
    kept = thinned(curve.value, log=log)
    x, y = curve.step[kept].astype(np.int32), curve.value[kept].astype(np.float32)
    return _trace(run, x, y, hover, markers=markers)


def _trace(
    run: RunLine, x: npt.NDArray[np.int32], y: npt.NDArray[np.float32], hover: str, *, markers: bool
) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines+markers" if markers or len(x) == 1 else "lines",
        "name": run.look.name,
        "x": x,
        "y": y,
        "line": run.look.line(width=2),
        "marker": {"color": run.look.colour, "size": 6},
        "hovertemplate": f"{hover}<extra>{run.look.name}</extra>",
    }


def _chart(
    lines: list[Trace], name: str, look: Theme, x: dict[str, object], y: dict[str, object], hover: str
) -> Chart:
    if not lines:
        return empty(look, name)
    return {"data": lines, "layout": layout(look, name, x, y, hovermode=hover)}


def figures(labelled: Sequence[tuple[str, RunHistory]]) -> dict[str, Figure]:
    """``loss``, ``accuracy`` and ``gradient`` of the runs, each called by its label."""
    info = comparison_info(labelled)
    said = describe(info)

    def made(title: str, how_to_read: str, more: str, chart: Chart, table: Callable[[], Columns]) -> Figure:
        return Figure(title, how_to_read, f"{title}. {said}", chart, table, more=more)

    return {
        "loss": made(
            _("Training loss"),
            _("Lower is better. One line per run; dashed: plain networks."),
            _("Mean of the last {window} steps, on a logarithmic scale.").format(window=FINAL_STEPS),
            loss_comparison(info),
            lambda: curves_table(info, "loss"),
        ),
        "accuracy": made(
            _("Test accuracy"),
            _("Higher is better. One line per run; dashed: plain networks."),
            _("Accuracy is the share of test images that the network classifies correctly."),
            accuracy_comparison(info),
            lambda: curves_table(info, "accuracy"),
        ),
        "gradient": made(
            _("Gradient at the last step"),
            _(gradient_profile.HOW_TO_READ[METRIC]),
            gradient_profile.more(METRIC),
            gradient_comparison(info),
            lambda: gradient_table(info),
        ),
    }
