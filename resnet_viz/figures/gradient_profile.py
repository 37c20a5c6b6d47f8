"""How much gradient reaches each layer, over depth, at one step."""

from collections.abc import Sequence

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.layers import LayersInfo, describe_layers, layers_info
from resnet_viz.figures.profile_traces import floor_line, log_range, profile_trace, range_trace, zero_trace
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

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

HOW_TO_READ = N_(
    "Left is the input, right the output; each grid step is a factor of ten. A level line means that all "
    "layers learn at the same pace; one that falls to the left means that the gradient is lost on its way "
    "to the first layers."
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


def gradient_profile_chart(info: LayersInfo, look: Theme = LIGHT) -> Chart:
    """Per role: range of the seeds, line, and marks for exact zeros, on an axis that holds for all steps."""
    name = f"gradient-profile/{info.metric}"
    if not info.roles:
        return empty(look, name)
    data = []
    for entry in info.roles:
        data += range_trace(entry, log=True)
        data.append(profile_trace(entry, log=True))
        data += zero_trace(entry, info.floor)
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    y = axis(
        look,
        _("{quantity} (log scale)").format(quantity=_SYMBOLS[info.metric]),
        type="log",
        range=log_range(info),
        minorloglabels="none",
        exponentformat="power",
    )
    more = floor_line(info, look)
    return {"data": data, "layout": layout(look, name, x, y, hovermode="closest", **more)}


def how_to_read() -> str:
    """One line for people who see the chart for the first time."""
    return _(HOW_TO_READ)


def describe(info: LayersInfo) -> str:
    """The chart in words, for those who do not see it."""
    return describe_layers(info, _(METRICS[info.metric]))
