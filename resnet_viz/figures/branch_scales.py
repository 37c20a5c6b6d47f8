"""The scale |α| that each block has learned for its branch, over depth (SkipInit, De & Smith 2020)."""

from collections.abc import Sequence

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import LAYER_NAMES, LayersInfo, describe_layers, layers_info, layers_table
from resnet_viz.figures.profile_traces import profile_trace, range_trace
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import running_text

METRIC = "branch/scale"

HOW_TO_READ = N_("|α| of each block: at 0 the block passes on its input alone, at 1 it adds all of F(x).")
MORE = N_(
    "Each block computes x + α F(x) and learns α, one number, which is 0 before training (SkipInit, De and "
    "Smith 2020). Input left, output right; only network types with a learned scale have a line. How much a "
    "branch adds depends on the size of F(x) as well."
)


def branch_scales_chart(info: LayersInfo, look: Theme = LIGHT) -> Chart:
    """Per line the range of the seeds and their median over depth; the axis holds for all steps."""
    if not info.lines:
        return empty(look, "branch-scales")
    data = []
    for entry in info.lines:
        data += [*range_trace(entry, log=False), profile_trace(entry, log=False)]
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    y = axis(look, "|α|", range=[0, 1.08 * (info.largest or 1)])
    return {"data": data, "layout": layout(look, "branch-scales", x, y, hovermode="closest", showlegend=True)}


def figure(histories: Sequence[RunHistory], step: int | None = None) -> Figure:
    """|α| over depth at ``step``, else at the latest that all networks that learn it have come to."""
    info = layers_info(histories, METRIC, step)
    return Figure(
        _("Learned scale of each block"),
        _(HOW_TO_READ),
        describe_layers(info, _("Learned scale of the blocks' branches, |α|")),
        branch_scales_chart(info),
        lambda: layers_table(info),
        more=running_text((_(MORE), _(LAYER_NAMES))),
    )
