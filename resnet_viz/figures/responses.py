"""How strongly each layer responds, over depth (He et al. 2015, arXiv:1512.03385, Fig. 7)."""

from collections.abc import Sequence

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.layers import LayersInfo, describe_layers, layers_info
from resnet_viz.figures.profile_traces import floor_line, log_range, profile_trace, range_trace, zero_trace
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

METRIC = "response/std"

HOW_TO_READ = N_(
    "Left is the input, right the output. The height is how much a layer's output varies over images and "
    "places, after normalisation and before the addition: a residual block that changes its input only a "
    "little has a low value."
)

_DECADES_FOR_LOG = 2


def responses_info(histories: Sequence[RunHistory], step: int | None = None) -> LayersInfo:
    """``response/std`` at the last probe at or before ``step`` (see `layers_info`)."""
    return layers_info(histories, METRIC, step)


def responses_chart(info: LayersInfo, look: Theme = LIGHT) -> Chart:
    """Per role the line over depth; the axis is logarithmic once the training spans two decades.

    Without normalisation responses can shrink or grow by many orders.
    """
    if not info.roles:
        return empty(look, "responses")
    log = bool(info.smallest and info.largest and info.largest > info.smallest * 10**_DECADES_FOR_LOG)
    data = []
    for entry in info.roles:
        data += range_trace(entry, log=log)
        data.append(profile_trace(entry, log=log))
        data += zero_trace(entry, info.floor) if log else []
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    title = _("Response (standard deviation)")
    if log:
        y = axis(look, title, type="log", range=log_range(info), exponentformat="power")
    else:
        y = axis(look, title, range=[0, 1.08 * (info.largest or 1)])
    more = floor_line(info, look) if log else {}
    return {"data": data, "layout": layout(look, "responses", x, y, hovermode="closest", **more)}


def how_to_read() -> str:
    """One line for people who see the chart for the first time."""
    return _(HOW_TO_READ)


def describe(info: LayersInfo) -> str:
    """The chart in words, for those who do not see it."""
    return describe_layers(info, _("Standard deviation of the layers' responses"))
