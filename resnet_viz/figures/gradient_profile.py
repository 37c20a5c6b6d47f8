"""How much gradient reaches each layer, over depth, at one step."""

from collections.abc import Sequence

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import (
    GRADIENT_DIGITS,
    LAYER_NAMES,
    LayersInfo,
    describe_layers,
    layers_info,
    layers_table,
    recorded_steps,
)
from resnet_viz.figures.profile_traces import floor_line, log_range, profile_trace, range_trace, zero_trace
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import after_steps, running_text

METRICS = {
    "grad/relative": N_("Gradient relative to the weights, ‖g‖ / ‖w‖"),
    "grad/norm": N_("Gradient of the weights, ‖g‖"),
    "update/ratio": N_("Update relative to the weights, ‖Δw‖ / ‖w‖"),
    "grad/block_output": N_("Gradient of the block outputs, ‖∂L/∂x‖"),
}
"""What the chart can show, in words."""

_SYMBOLS = {
    "grad/relative": "‖g‖ / ‖w‖",
    "grad/norm": "‖g‖",
    "update/ratio": "‖Δw‖ / ‖w‖",
    "grad/block_output": "‖∂L/∂x‖",
}

_TITLES = {
    "grad/relative": N_("Gradient of each layer"),
    "grad/norm": N_("Gradient of each layer"),
    "update/ratio": N_("Update of each layer"),
    "grad/block_output": N_("Gradient of each block"),
}
_SHRINKS = N_("Falling to the left: the gradient shrinks towards the input.")
_PACE = N_("A level line: all layers learn at the same pace.")
_WAY = N_(
    "Log scale; input left, output right: the gradient comes from the right, and a line that falls to the "
    "left says that it shrinks on its way back to the first layers."
)
_SHARES = N_(
    "Log scale; input left, output right. Where the line is level, this step changes all layers by the same "
    "share."
)
HOW_TO_READ = {
    "grad/relative": _SHRINKS,
    "grad/norm": _SHRINKS,
    "update/ratio": _PACE,
    "grad/block_output": _SHRINKS,
}
_MORE = {
    "grad/relative": N_(
        "g is the gradient of a layer's weights w, ‖ ‖ the length of all their numbers as one vector: how "
        "large the gradient is for the weights that it changes. How fast a layer learns is another quantity, "
        "‖Δw‖ / ‖w‖, which the optimiser makes of it."
    ),
    "grad/norm": N_(
        "g is the gradient of a layer's weights, ‖g‖ the length of all its numbers as one vector. Layers "
        "with more weights tend to have a longer one, so only layers of one size compare directly."
    ),
    "update/ratio": N_(
        "Δw is what one training step changes of a layer's weights w, ‖ ‖ the length of all their numbers as "
        "one vector. 10⁻² means that the weights change by one percent of their length in this step."
    ),
    "grad/block_output": N_(
        "x is what a block puts out for a fixed batch of training images, L the mean loss over that batch, "
        "‖∂L/∂x‖ the length of all the numbers of the gradient as one vector."
    ),
}
WHEN_MEASURED = N_(
    "Gradient and update of the weights are measured within a training step, before it changes the weights. "
    "So the last of 150 steps is shown as after 149. What is measured on the weights themselves is shown "
    "after 150 as well."
)
PRECISION = N_(
    "Training computes in float32; in very deep plain networks these numbers are several percent off, so two "
    "digits are shown, and exactly 0 means too small for float32."
)


def gradient_profile_info(
    histories: Sequence[RunHistory], metric: str = "grad/relative", step: int | None = None
) -> LayersInfo:
    """``metric``, a key of `METRICS`, at the last row recorded at or before ``step`` (see `layers_info`).

    Raises:
        ValueError: ``metric`` is none of `METRICS`.
    """
    if metric not in METRICS:
        raise ValueError(f"{metric} is none of {', '.join(METRICS)}")
    return layers_info(histories, metric, step)


def title(metric: str, step: int | None = None) -> str:
    """What is shown, and at which step: None is the last that was measured."""
    shown = _(_TITLES[metric])
    if step is None:
        return _("{title}, last step").format(title=shown)
    return _("{title}, {when}").format(title=shown, when=after_steps(step))


def _is_last(histories: Sequence[RunHistory], metric: str, step: int | None) -> bool:
    recorded = recorded_steps(histories, metric)
    return step is not None and len(recorded) > 1 and step >= recorded[-1]


def more(metric: str = "grad/relative") -> str:
    """What the quantity is, and how far its numbers go."""
    way = _SHARES if metric == "update/ratio" else _WAY
    return running_text((_(way), _(_MORE[metric]), _(LAYER_NAMES), _(PRECISION)))


def gradient_profile_chart(info: LayersInfo, look: Theme = LIGHT) -> Chart:
    """Per line: range of the seeds, line, and marks for exact zeros, on an axis that holds for all steps."""
    name = f"gradient-profile/{info.metric}"
    if not info.lines:
        return empty(look, name)
    data = []
    for entry in info.lines:
        data += range_trace(entry, log=True)
        data.append(profile_trace(entry, log=True, digits=GRADIENT_DIGITS))
        data += zero_trace(entry, info.floor)
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    y = axis(
        look,
        _("{quantity} (log)").format(quantity=_SYMBOLS[info.metric]),
        type="log",
        range=log_range(info),
        minorloglabels="none",
        exponentformat="power",
    )
    more = floor_line(info, look)
    return {"data": data, "layout": layout(look, name, x, y, hovermode="closest", **more)}


def describe(info: LayersInfo) -> str:
    """The chart in words, for those who do not see it."""
    return describe_layers(info, _(METRICS[info.metric]), GRADIENT_DIGITS)


def figure(histories: Sequence[RunHistory], metric: str = "grad/relative", step: int | None = None) -> Figure:
    """``metric`` over depth at ``step``, else at the latest that all networks have come to."""
    info = gradient_profile_info(histories, metric, step)
    return Figure(
        title(metric, None if _is_last(histories, metric, step) else step),
        _(HOW_TO_READ[metric]),
        describe(info),
        gradient_profile_chart(info),
        lambda: layers_table(info),
        more=more(metric),
    )
