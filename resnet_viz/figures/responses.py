"""How strongly each layer responds, over depth (He et al. 2015, arXiv:1512.03385, Fig. 7)."""

from collections.abc import Sequence

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import LAYER_NAMES, LayersInfo, describe_layers, layers_info, layers_table
from resnet_viz.figures.profile_traces import floor_line, log_range, profile_trace, range_trace, zero_trace
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import running_text

METRIC = "response/std"

HOW_TO_READ = N_("How much each layer's output varies over images and places.")
MORE = N_(
    "Standard deviation of each layer's output, after its normalisation and before ReLU and addition; input "
    "left, output right. Defined as in He et al. (2015), Fig. 7: in a residual network, low values mean that "
    "the blocks change their input only a little. With batch normalisation in training mode it depends on "
    "the scale γ and the shift β of the normalisation alone, √(mean of γ² + variance of β), and not on the "
    "images; with γ = 1 and β = 0, the usual start, it is 1 in every layer. In pre-activation blocks, and "
    "without normalisation, it is measured at the convolution's own output."
)

_DECADES_FOR_LOG = 2


def responses_info(histories: Sequence[RunHistory], step: int | None = None) -> LayersInfo:
    """``response/std`` at the last probe at or before ``step`` (see `layers_info`)."""
    return layers_info(histories, METRIC, step)


def responses_chart(info: LayersInfo, look: Theme = LIGHT) -> Chart:
    """Per line the line over depth; the axis is logarithmic once the training spans two decades.

    Without normalisation responses can shrink or grow by many orders.
    """
    if not info.lines:
        return empty(look, "responses")
    log = bool(info.smallest and info.largest and info.largest > info.smallest * 10**_DECADES_FOR_LOG)
    data = []
    for entry in info.lines:
        data += range_trace(entry, log=log)
        data.append(profile_trace(entry, log=log))
        data += zero_trace(entry, info.floor) if log else []
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    title = _("Standard deviation")
    if log:
        y = axis(look, title, type="log", range=log_range(info), exponentformat="power")
    else:
        y = axis(look, title, range=[0, 1.08 * (info.largest or 1)])
    more = floor_line(info, look) if log else {}
    return {"data": data, "layout": layout(look, "responses", x, y, hovermode="closest", **more)}


def describe(info: LayersInfo) -> str:
    """The chart in words, for those who do not see it."""
    return describe_layers(info, _("Standard deviation of the layers' responses"))


def figure(histories: Sequence[RunHistory], step: int | None = None) -> Figure:
    """Responses over depth at ``step``, else at the latest that all networks have come to."""
    info = responses_info(histories, step)
    return Figure(
        _("Response of each layer"),
        _(HOW_TO_READ),
        describe(info),
        responses_chart(info),
        lambda: layers_table(info),
        more=running_text((_(MORE), _(LAYER_NAMES))),
    )
