"""The chart of an answer: what is measured, what a theory says, and what came last time, told apart.

Measured lines have their family's look. A band is drawn from three seeds on. Theory is thin, dotted and
grey, a published figure hollow and grey, the answer before the last change a faint line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.degradation import PUBLISHED_COLOUR
from resnet_viz.figures.families import family_looks
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.looks import NetworkLook, other_look
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.figures.traces import Trace, outline
from resnet_viz.lab.wrapped import LETTER, wrapped
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, running_text

Numbers = npt.NDArray[np.float64]
Kind = Literal["measured", "reference", "theory", "published", "before", "predicted"]
"""``reference``: measured too, for comparison, thin. ``before``: the answer before the last change.
``predicted``: what the reader had drawn."""

_DRAWN: Final = 500
"""More points than that nobody sees; the table has all."""
_MARKED: Final = 40
"""Of lines with more points only those have marks that have to be told from others of their look."""
_LETTERS: Final = 16
"""Names on an axis have lines of so many, where there is little room."""
_LETTERS_BESIDE: Final = 72
"""So many fit beside each other under a chart of common width."""


@dataclass(frozen=True, eq=False)
class Series:
    """One line.

    Attributes:
        name: in the legend, in the reader's language.
        family: of a network, whose look it has; empty for others.
        x, y: as many of each; NaN is a gap.
        low, high: ends of a band.
        marks: points, and no line between them.
        variant: which of several lines of one family, from 0; further ones have other dashes and marks.
        each: what ``y`` is the mean of, [seeds, points].
    """

    name: str
    x: Numbers
    y: Numbers
    family: str = ""
    kind: Kind = "measured"
    low: Numbers | None = None
    high: Numbers | None = None
    marks: bool = False
    variant: int = 0
    each: Numbers | None = None


@dataclass(frozen=True, eq=False)
class Panel:
    """One chart: titles, axes, lines; texts in the reader's language.

    ``x_texts``: what stands at 0, 1, … of an axis of names. ``band``: what lines and bands are, if that has
    to be said.
    """

    name: str
    title: str
    how_to_read: str
    x_title: str
    y_title: str
    series: tuple[Series, ...]
    x_log: bool = False
    y_log: bool = False
    y_share: bool = False
    x_texts: tuple[str, ...] = ()
    more: str = ""
    y_range: tuple[float, float] | None = None
    band: str = ""

    def beside(self, before: "Panel | None") -> "Panel":
        """The same with the lines of an earlier answer behind its own."""
        if before is None:
            return self
        ghosts = tuple(
            replace(one, kind="before", low=None, high=None)
            for one in before.series
            if one.kind == "measured"
        )
        return replace(self, series=(*ghosts, *self.series))

    def with_drawn(self, drawn: Sequence[float], measured: Series) -> "Panel":
        """The same with what a reader had drawn for the line ``measured``, at even places along it."""
        x = np.linspace(measured.x[0], measured.x[-1], len(drawn))
        name = _("{name}, as you drew it").format(name=measured.name)
        expected = Series(name, x, np.array(drawn, np.float64), measured.family, "predicted")
        return replace(self, series=(*self.series, expected))

    def to_values(self) -> dict[str, Any]:
        """The lines for programs, by name."""
        return {
            one.name: {
                "kind": one.kind,
                "x": _plain(one.x),
                "y": _plain(one.y),
                **({} if one.low is None else {"low": _plain(one.low)}),
                **({} if one.high is None else {"high": _plain(one.high)}),
            }
            for one in self.series
            if len(one.x)  # else it only keeps the place of its look
        }


def panel_figure(panel: Panel) -> Figure:
    """The panel as every page shows charts."""
    chart = _chart(panel)
    return Figure(
        panel.title,
        running_text((panel.how_to_read, panel.band)),
        _in_words(panel),
        chart,
        lambda: _table(panel),
        narrow=_narrow(panel, chart),
        more=panel.more,
        best_first=True,
    )


def _narrow(panel: Panel, chart: Chart) -> dict[str, Any] | None:
    """With names that stand upright, as they do not fit side by side; None where there are none."""
    if not panel.x_texts or not chart["data"]:
        return None
    layout_of: dict[str, Any] = chart["layout"]
    return layout_of | {
        "xaxis": layout_of["xaxis"] | {"ticktext": _in_lines(panel, _LETTERS), "tickangle": -90}
    }


def _in_lines(panel: Panel, letters: int) -> list[str]:
    return ["<br>".join(wrapped(text, letters * LETTER)) for text in panel.x_texts]


def _chart(panel: Panel, look: Theme = LIGHT) -> Chart:
    name = f"lab/{panel.name}"
    if not any(len(one.x) for one in panel.series):
        return empty(look, name)
    families = list(dict.fromkeys(one.family for one in panel.series if one.family))
    looks = family_looks(families)
    varied = {one.family for one in panel.series if one.variant}
    data: list[Trace] = []
    for one in panel.series:
        if len(one.x):
            own = looks[one.family] if one.family else other_look(one.name)
            data += _traces(one, _of_variant(own, one.variant), panel, one.family in varied)
    x: dict[str, Any] = {"type": "log", "exponentformat": "power"} if panel.x_log else {}
    if panel.x_texts:
        places = len(panel.x_texts)
        x = {
            "tickvals": list(range(places)),
            "ticktext": _in_lines(panel, _LETTERS_BESIDE // places),
            "tickangle": 0,  # else Plotly slants them and leaves out what does not fit
            "range": [-0.5, places - 0.5],
        }
    y: dict[str, Any] = {}
    if panel.y_log:
        y = {"type": "log", "exponentformat": "power", "minorloglabels": "none"}
    if panel.y_share:
        y["tickformat"] = ".0%"
    if panel.y_range is not None:
        y["range"] = list(panel.y_range)
    axes = axis(look, panel.x_title, **x), axis(look, panel.y_title, **y)
    return {"data": data, "layout": layout(look, name, *axes, hovermode="closest")}


_DASHES: Final = ("", "longdash", "dashdot", "longdashdot")
_SYMBOLS: Final = ("square", "triangle-up", "diamond", "cross")


def _of_variant(look: NetworkLook, variant: int) -> NetworkLook:
    if not variant:
        return look
    own, _dash, is_open = look.symbol.partition("-open")
    others = [shape for shape in _SYMBOLS if shape != own]
    symbol = others[(variant - 1) % len(others)] + ("-open" if is_open else "")
    return look._replace(dash=_DASHES[variant % len(_DASHES)], symbol=symbol)


def _traces(one: Series, look: NetworkLook, panel: Panel, is_varied: bool) -> list[Trace]:
    """``is_varied``: whether another line differs from it by its variant alone."""
    keep = np.unique(np.linspace(0, len(one.x) - 1, min(len(one.x), _DRAWN)).astype(int))
    x, y = one.x[keep].astype(np.float32), one.y[keep].astype(np.float32)
    number_of = "%{y:.1%}" if panel.y_share else "%{y:.3g}"
    at = "%{x}"
    base: Trace = {
        "type": "scatter",
        "name": one.name,
        "x": x,
        "y": y,
        "hovertemplate": f"{at}: {number_of}<extra>{one.name}</extra>",
    }
    if one.kind == "theory":
        return [base | {"mode": "lines", "line": {"color": PUBLISHED_COLOUR, "dash": "dot", "width": 1.5}}]
    if one.kind == "published":
        marker: dict[str, Any] = {"color": PUBLISHED_COLOUR, "symbol": "diamond-open", "size": 10}
        return [base | {"mode": "markers", "marker": marker}]
    if one.kind == "predicted":
        line = {"color": look.colour, "dash": "dot", "width": 2}
        return [base | {"mode": "lines", "line": line}]
    if one.kind == "reference":
        line = {"color": look.faded(0.6), "width": 1.25, "dash": look.dash}
        marker = {"color": look.faded(0.6), "size": 5, "symbol": look.symbol}
        mode = "markers" if one.marks else "lines"
        return [base | {"mode": mode, "line": line, "marker": marker, "showlegend": False}]
    if one.kind == "before":
        line = {"color": look.faded(0.35), "width": 2, "dash": look.dash}
        name = _("{name}, before").format(name=one.name)
        mode = "markers" if one.marks else "lines"
        marker = {"color": look.faded(0.35), "size": 7, "symbol": look.symbol}
        return [base | {"mode": mode, "line": line, "marker": marker, "name": name}]
    line = look.line()
    marker = {"color": look.colour, "size": 8, "symbol": look.symbol}
    mode = "markers" if one.marks else "lines+markers" if len(x) <= _MARKED or is_varied else "lines"
    if len(x) > _MARKED and is_varied and not one.marks:
        marker["maxdisplayed"] = 9
    band: list[Trace] = []
    if one.low is not None and one.high is not None:
        along, ends = outline(one.x[keep], one.low[keep], one.high[keep])
        if len(along):
            band = [
                {
                    "type": "scatter",
                    "mode": "lines",
                    "x": along,
                    "y": ends,
                    "fill": "toself",
                    "fillcolor": look.faded(0.2),
                    "line": {"width": 0},
                    "showlegend": False,
                    "hoverinfo": "skip",
                }
            ]
    return [*band, base | {"mode": mode, "line": line, "marker": marker}]


def _table(panel: Panel) -> Columns:
    """One row per point."""
    shown = [one for one in panel.series if len(one.x)]
    names = [name for one in shown for name in [_said_kind(one)] * len(one.x)]
    x = np.concatenate([one.x for one in shown]) if shown else np.zeros(0)
    y = np.concatenate([one.y for one in shown]) if shown else np.zeros(0)
    place: npt.NDArray[Any] = x
    if panel.x_texts:
        place = np.array([panel.x_texts[int(at)] for at in x], np.str_)
    columns: Columns = {
        _("line"): np.array(names, np.str_),
        panel.x_title: place,
        panel.y_title: y,
    }
    if any(one.low is not None for one in shown):
        for title, ends in ((_("from"), "low"), (_("to"), "high")):
            parts = [getattr(one, ends) for one in shown]
            columns[title] = np.concatenate(
                [
                    np.full(len(one.x), np.nan) if part is None else part
                    for one, part in zip(shown, parts, strict=True)
                ]
            )
    return columns


def _said_kind(one: Series) -> str:
    words = {
        "theory": _("{name} (theory)"),
        "published": _("{name} (published)"),
        "before": _("{name}, before"),
    }
    return words[one.kind].format(name=one.name) if one.kind in words else one.name


def _in_words(panel: Panel) -> str:
    """Where every line begins and ends, and its least and greatest value."""
    parts = [panel.title + "."]
    for one in panel.series:
        known = np.flatnonzero(np.isfinite(one.y))
        if not len(known):
            continue
        shown = [number(float(one.y[at])) for at in (known[0], known[-1])]
        least, most = number(float(np.nanmin(one.y))), number(float(np.nanmax(one.y)))
        text = _("{name}: from {first} to {last}, between {least} and {most}.")
        parts.append(text.format(name=_said_kind(one), first=shown[0], last=shown[1], least=least, most=most))
    return running_text(parts)


def _plain(values: Sequence[float] | Numbers) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in np.asarray(values, np.float64)]
