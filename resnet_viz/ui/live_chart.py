"""A plotly chart that is updated in place: zoom, legend and selection survive new data.

Streamlit's own plotly element is mounted anew at every change of its data.
This component keeps one graph and calls ``Plotly.react`` on it. Colours of
text, paper and grid are taken from the page's theme, whatever the chart says.
Streamlit sends nothing when a chart has not changed.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from resnet_viz.figures.theme import ON_DARK
from resnet_viz.locale import gettext as _
from resnet_viz.ui.addresses import PLOTLY
from resnet_viz.ui.component import component

_HERE: Final = Path(__file__).parent
LIVE_PARTS: Final = _HERE / "live" / "live_parts.js"
"""What of a page is brought up to date past Streamlit, before every script that has to do with it."""

CHART_FILES: Final = (_HERE / "live_chart.css", _HERE / "plotly_page.js")
"""Style and script of every chart; what keeps it up to date comes behind them."""

_TOOLS: Final = {
    "reset": "M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5",
    "csv": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    "png": "M12 4v11m0 0l-4-4m4 4l4-4M5 19.5h14",
}
"""The buttons above a chart and what is drawn on them."""


def chart_html(tools: Iterable[str] = _TOOLS, *, name: str = "") -> str:
    """A chart without its words: `dress` of ``plotly_page.js`` puts them in; ``name`` tells several apart."""
    buttons = "".join(
        f'<button type="button" class="live-chart-{tool}"><svg viewBox="0 0 24 24">'
        f'<path d="{_TOOLS[tool]}"/></svg></button>'
        for tool in tools
    )
    return f"""
<section class="live-chart" data-chart="{name}">
  <div class="live-chart-head">
    <h4 class="live-chart-title"></h4>
    <div class="live-chart-tools" role="group">
      <details class="live-chart-more"><summary>?</summary><div tabindex="-1"><p></p><p></p></div></details>
      {buttons}
    </div>
  </div>
  <p class="live-chart-how"></p>
  <div class="live-chart-graph" role="img"></div>
</section>
"""


def tool_labels(tools: Iterable[str] = _TOOLS) -> dict[str, str]:
    """What the buttons are called, in the reader's language."""
    labels = {
        "reset": _("Reset the zoom"),
        "csv": _("Download the plotted numbers (CSV)"),
        "png": _("Download the picture (PNG)"),
    }
    return {tool: labels[tool] for tool in tools}


def more_label() -> str:
    """What the question mark is called, in the reader's language."""
    return _("More about this chart")


def live_chart(
    chart_json: str,
    *,
    key: str,
    title: str,
    how_to_read: str,
    more: str = "",
    alt: str,
    filename: str,
    height_px: int = 360,
    narrow_px: int | None = None,
    live: tuple[str, str] | None = None,
) -> None:
    """Show a chart, or bring the one of the same ``key`` up to date.

    Args:
        chart_json: ``{"data": […], "layout": {…}}`` in plotly's JSON (`figures.chart.to_json`);
            ``layout.uirevision`` says whether it is still the same chart, so that zoom stays. A layout
            ``narrow`` beside it is taken where there is little room (`figures.figure.Figure.json`).
        title: stands above the chart, beside its tools.
        how_to_read: one line below the title.
        more: behind a question mark beside the title.
        alt: what the chart shows, in words.
        filename: of the downloads, without ending.
        narrow_px: height in the narrow layout, and on a phone.
        live: the tokens of `live.following` under which chart and ``alt`` are brought up to date from now on.
    """
    words = {
        "plotly": PLOTLY,
        "title": title,
        "how": how_to_read,
        "more": {"label": more_label(), "text": more},
        "alt": alt,
        "filename": filename,
        "height": height_px,
        "narrowHeight": narrow_px or height_px,
        "labels": tool_labels(),
        "onDark": ON_DARK,
        "live": live,
    }
    # As bytes: Streamlit would look for dataframes in anything else, with pandas.
    scripts = (LIVE_PARTS, _HERE / "pace.js", _HERE / "live_chart.js")
    show = component("live_chart", *CHART_FILES, *scripts, html=chart_html())
    show(key=key, data=json.dumps(words).encode() + b"\n" + chart_json.encode())


def chart_soon() -> None:
    """Have the browser fetch and read plotly.js while nobody waits for a chart."""
    show = component("chart_soon", _HERE / "plotly_page.js", _HERE / "chart_soon.js", html="<i hidden></i>")
    show(key="chart_soon", data=PLOTLY.encode())  # bytes, as above
