"""Two panels in one chart, side by side or one above the other."""

from typing import Any

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.theme import Theme, axis, layout
from resnet_viz.figures.traces import Trace

_GAP = {False: 0.045, True: 0.13}
"""Between the panels; stacked, there are the marks of one axis and the title of the other panel."""
_HEAD = {False: 0.9, True: 0.95}
"""Where the upper panel ends, side by side and stacked: above it there is room for its title."""


def panel_axes(
    look: Theme, x_title: str, y_title: str, x: dict[str, Any], y: dict[str, Any], *, stacked: bool
) -> dict[str, Any]:
    """The axes of both panels, on one scale and zoomed together; words only at the outer edges.

    Traces of the second panel name ``x2`` and ``y2``.
    """
    top, gap = _HEAD[stacked], _GAP[stacked]
    if stacked:
        across, up = ([0.0, 1.0], [0.0, 1.0]), ([(top + gap) / 2, top], [0.0, (top - gap) / 2])
    else:
        across, up = ([0.0, (1 - gap) / 2], [(1 + gap) / 2, 1.0]), ([0.0, top], [0.0, top])
    axes: dict[str, Any] = {}
    for index, suffix in enumerate(("", "2")):
        below = not stacked or index == 1
        left = stacked or index == 0
        axes[f"xaxis{suffix}"] = axis(
            look, x_title if below else "", domain=across[index], anchor=f"y{suffix}", **x
        )
        axes[f"yaxis{suffix}"] = axis(
            look, y_title if left else "", domain=up[index], anchor=f"x{suffix}", **y
        )
    axes["xaxis2"]["matches"] = "x"
    axes["yaxis2"] |= {"matches": "y", "showticklabels": stacked}
    return axes


def two_panels(
    data: list[Trace], look: Theme, name: str, axes: dict[str, Any], first: str, second: str
) -> Chart:
    """The chart of both panels with their titles; the legend stands above."""
    more = {
        "annotations": _titles(axes, first, second),
        "hovermode": "closest",
    }
    return {"data": data, "layout": layout(look, name, axes["xaxis"], axes["yaxis"], **more) | axes}


def _titles(axes: dict[str, Any], first: str, second: str) -> list[dict[str, Any]]:
    """Annotations that head the panels."""
    return [
        {
            "text": text,
            "showarrow": False,
            "xref": "paper",
            "yref": "paper",
            "x": sum(axes[f"xaxis{suffix}"]["domain"]) / 2,
            "y": axes[f"yaxis{suffix}"]["domain"][1],
            "xanchor": "center",
            "yanchor": "bottom",
        }
        for text, suffix in ((first, ""), (second, "2"))
    ]


def in_second_panel(trace: dict[str, Any]) -> dict[str, Any]:
    """``trace`` in the second panel; the first has its legend entry."""
    return trace | {"xaxis": "x2", "yaxis": "y2", "showlegend": False}
