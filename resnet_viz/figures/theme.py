"""One look for all charts: colours, type, margins, light and dark.

Plain networks are orange and dashed, residual ones blue and solid, everywhere:
told apart without colour vision and in grey. Backgrounds are transparent, so
that the page shows through; only text and grid follow the page's theme.
"""

from dataclasses import dataclass
from typing import Any

from resnet_viz.figures.chart import Chart
from resnet_viz.locale import gettext as _

PLAIN = "#D55E00"
RESIDUAL = "#0072B2"
OTHERS = ("#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
"""The rest of Okabe and Ito's palette, for other families; black is left to the text."""

_FONT = "'Source Sans 3', 'Source Sans Pro', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """What depends on the page being light or dark."""

    dark: bool
    text: str
    grid: str
    surface: str


LIGHT = Theme(dark=False, text="#262730", grid="rgba(38,39,48,0.15)", surface="#ffffff")
DARK = Theme(dark=True, text="#fafafa", grid="rgba(250,250,250,0.18)", surface="#1a1c24")


def faded(colour: str, opacity: float) -> str:
    """``#rrggbb`` with an opacity, for bands and faint lines."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def axis(look: Theme, title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title and the theme's grid; ``more`` are Plotly's properties."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "zeroline": False,
        "automargin": True,
        "ticks": "outside",
        "tickcolor": look.grid,
    } | more


def step_axis(look: Theme) -> dict[str, Any]:
    """The axis of training steps, which also heads the hover box of all curves at a step."""
    title = _("Training step")
    heading = {"text": f"{title} %{{x:,d}}"}
    return axis(look, title, hoverformat=",d", rangemode="nonnegative", unifiedhovertitle=heading)


def layout(look: Theme, name: str, x: dict[str, Any], y: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What all charts share; the legend lies on top, so the plot keeps its width on a phone.

    ``name`` tells plotly.js that it is the same chart as before: zoom and hidden
    traces then outlive new data.
    """
    return {
        "uirevision": name,
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": _FONT, "size": 15, "color": look.text},
        "hoverlabel": {"bgcolor": look.surface, "font": {"family": _FONT, "size": 14, "color": look.text}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.grid, "activecolor": look.text},
        "margin": {"l": 12, "r": 12, "t": 12, "b": 12},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "tracegroupgap": 0,
        },
        "xaxis": x,
        "yaxis": y,
    } | more


def empty(look: Theme, name: str) -> Chart:
    """A chart that says that there is nothing to show yet; to plotly.js another one than ``name``.

    What its axes became, with nothing on them, must not outlive the first data: the way round, for one.
    """
    hidden = {"visible": False}
    note = {
        "text": _("No measurement yet"),
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 18},
    }
    return {"data": [], "layout": layout(look, f"{name}/empty", hidden, dict(hidden), annotations=[note])}
