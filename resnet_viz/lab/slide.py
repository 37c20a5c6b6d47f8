"""An answer as one picture for a slide, 16:9: question, sentence, chart, and where it is from."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from math import ceil
from typing import Any, Final

from resnet_viz.figures.chart import Chart
from resnet_viz.lab.answers import Asking
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import Question
from resnet_viz.lab.wrapped import width_of, wrapped
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame

WIDTH: Final = 1280
HEIGHT: Final = 720
SCALE: Final = 1.25
"""Lengths here are of a picture of `WIDTH` × `HEIGHT`, which comes out so much larger: 1600 × 900."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 105, 40, 32, 120
_ROOM: Final = WIDTH - 2 * _RIGHT
_LINE: Final = 1.3
_TITLE_PX, _SENTENCE_PX, _SOURCE_PX, _TYPE_PX = 36, 22, 15, 20
_LEGEND_MARK_PX: Final = 60


def slide(asked: Asking, result: Frame, networks: Iterable[str], measured: Iterable[str]) -> Chart:
    """The first chart of ``result`` with the words around it.

    The source line names ``networks``, the settings, ``measured`` (machine and date) and this app.
    """
    question = asked.question
    panel = next(one for one in question.panels(result) if isinstance(one, Panel))
    finding = question.find(result)
    said = _("There is too little yet to tell.") if finding is None else str(finding.sentence)
    source = " · ".join([*networks, *_settings(question, asked.settings), *measured, "ResNet Viz"])
    texts: list[dict[str, Any]] = []
    top = _put(texts, _(question.title), _TITLE_PX, _TOP, bold=True) + 8
    top = _put(texts, said, _SENTENCE_PX, top) + 10
    names = [one.name for one in panel.series if len(one.x) and one.kind != "reference"]
    top += _LINE * _TYPE_PX * _rows(names)
    lines = wrapped(source, _ROOM / _SOURCE_PX)
    _put(texts, source, _SOURCE_PX, HEIGHT - 18 - _LINE * _SOURCE_PX * len(lines), faint=True)
    chart = panel_figure(replace(panel, more="")).chart
    return {"data": chart["data"], "layout": _layout(chart["layout"], texts, top)}


def _layout(layout: Mapping[str, Any], texts: list[dict[str, Any]], top: float) -> dict[str, Any]:
    """All places are shares of the whole picture: it has no margins."""
    font = dict(layout["font"], size=_TYPE_PX)
    plot_top = 1 - (top + 12) / HEIGHT
    axes = {
        name: _axis(layout[name], ends)
        for name, ends in (
            ("xaxis", (_LEFT / WIDTH, 1 - _RIGHT / WIDTH)),
            ("yaxis", (_BOTTOM / HEIGHT, plot_top)),
        )
    }
    legend = {**layout["legend"], "x": _LEFT / WIDTH, "y": plot_top + 4 / HEIGHT, "font": {"size": _TYPE_PX}}
    return {
        **layout,
        **axes,
        "autosize": False,
        "width": WIDTH,
        "height": HEIGHT,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "autoexpand": False},
        "paper_bgcolor": "#ffffff",
        "font": font,
        "legend": legend,
        "annotations": texts,
    }


def _axis(axis: Mapping[str, Any], ends: tuple[float, float]) -> dict[str, Any]:
    title = {**axis["title"], "font": {"size": _TYPE_PX}}
    return {**axis, "title": title, "domain": list(ends), "automargin": False}


def _put(
    texts: list[dict[str, Any]], text: str, size: int, top: float, *, bold: bool = False, faint: bool = False
) -> float:
    """Write ``text`` from ``top`` px on; where it ends."""
    lines = wrapped(text, _ROOM / size)
    shown = "<br>".join(escape(line, quote=False) for line in lines)
    texts.append(
        {
            "text": f"<b>{shown}</b>" if bold else shown,
            "xref": "paper",
            "yref": "paper",
            "x": _RIGHT / WIDTH,
            "xanchor": "left",
            "y": 1 - top / HEIGHT,
            "yanchor": "top",
            "align": "left",
            "showarrow": False,
            "opacity": 0.7 if faint else 1,
            "font": {"size": size},
            "borderpad": 0,
        }
    )
    return top + _LINE * size * len(lines)


def _rows(names: Iterable[str]) -> int:
    """How many rows a legend of ``names`` has at most."""
    widths = [width_of(name) * _TYPE_PX + _LEGEND_MARK_PX for name in names]
    if not widths:
        return 1
    # plotly.js gives all entries the width of the widest where they do not fit in one row.
    room = WIDTH - _LEFT - _RIGHT
    in_a_row = len(widths) if sum(widths) <= room else max(1, int(room // max(widths)))
    return ceil(len(widths) / in_a_row)


def _settings(question: Question, settings: Mapping[str, Any]) -> list[str]:
    shown = []
    for one in question.settings:
        value = settings[one.name]
        text = _(one.texts[value]) if value in one.texts else str(value)
        shown.append(_("{label}: {value}").format(label=_(one.label), value=text))
    return shown
