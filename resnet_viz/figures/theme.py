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
BROWN = "#8C5A2B"
"""Not of that palette, which has too few; darker than all of it on a light page."""
ON_DARK = {
    PLAIN: "#F0883E",
    RESIDUAL: "#56B4E9",
    "#009E73": "#2BC49A",
    "#CC79A7": "#E39AC4",
    "#E69F00": "#F0B93A",
    "#56B4E9": "#A9DBF7",
    "#9467bd": "#B995DB",
    BROWN: "#C8945F",
}
"""What stands for a colour on a dark page, where it would be too faint; what is not here stays."""
TYPE_PX = 16
"""All letters in a chart: read from the back row. Where there is little room, the page makes them smaller."""

_BEYOND = 0.02
"""Share of the steps that an axis has beyond them, for marks at its ends."""
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
        "title": {"text": title, "standoff": 8, "font": {"size": TYPE_PX}},
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "zeroline": False,
        "automargin": True,
        "ticks": "outside",
        "tickcolor": look.grid,
    } | more


def step_axis(look: Theme, steps: int) -> dict[str, Any]:
    """The axis of ``steps`` training steps, alike in all charts of a race; it heads their hover boxes.

    It reaches as far as the steps done, beyond the last batch, so that their number stands at its end.
    """
    title = _("Training step")
    heading = {"text": f"{title} %{{x:,d}}"}
    ends = step_range(steps)
    return axis(look, title, hoverformat=",d", unifiedhovertitle=heading, **reaching(*ends))


def step_range(steps: int) -> tuple[float, float]:
    """From where to where the axis of ``steps`` steps reaches."""
    end = max(steps, 1)
    return -_BEYOND * end, (1 + _BEYOND) * end


def reaching(low: float, high: float) -> dict[str, Any]:
    """An axis from ``low`` to ``high`` that may have other ends next time.

    As a range they would undo a reader's zoom: plotly.js keeps it as long as the range that it is asked for
    stays the same.
    """
    return {"autorangeoptions": {"include": [low, high], "clipmin": low, "clipmax": high}}


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
        "font": {"family": _FONT, "size": TYPE_PX, "color": look.text},
        "hoverlabel": {"bgcolor": look.surface, "font": {"family": _FONT, "size": 15, "color": look.text}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.grid, "activecolor": look.text},
        "margin": {"l": 4, "r": 16, "t": 8, "b": 4},
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
    }
    return {"data": [], "layout": layout(look, f"{name}/empty", hidden, dict(hidden), annotations=[note])}
