"""Relative gradient of every layer at every step: all networks on one colour scale."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.curves import evenly
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import GRADIENT_DIGITS, LAYER_NAMES, depth_positions
from resnet_viz.figures.lines import Line, lines_of
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout, reaching
from resnet_viz.figures.traces import Trace
from resnet_viz.history import ProfileTable, RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, number, running_text

METRIC = "grad/relative"
MOST_COLUMNS = 300
COLOURS = "Viridis"
"""Perceptually uniform, and readable without colour vision."""
_ABOVE_PX = 76
"""Room above the upper map, for the colour bar and the map's name."""
_GAPS = 0.28
"""Share of the height for gaps between panels, one of which is as high for many as for two."""
ZERO = "#8a8a8a"
"""Exact zeros have no logarithm and no place on the scale; grey is not among its colours."""

HOW_TO_READ = N_("Left to right: steps; top to bottom: layers. Dark: small.")
MORE = N_(
    "The colour is the power of ten of ‖g‖ / ‖w‖, on one scale for both networks: g is the gradient of a "
    "layer's weights w. Grey cells are exactly 0: too small for float32."
)


class LineMap(NamedTuple):
    """``value`` float32 [layers, steps] of one seed, from input to output."""

    line: Line
    seed: int
    layers: tuple[str, ...]
    position: npt.NDArray[np.int32]
    step: npt.NDArray[np.int64]
    value: npt.NDArray[np.float32]


class HeatmapInfo(NamedTuple):
    """What the chart shows: the lines measured, and the decades of the common colour scale."""

    maps: tuple[LineMap, ...]
    decades: tuple[float, float] | None


def heatmap_info(
    histories: Sequence[RunHistory], seed: int | None = None, most: int = MOST_COLUMNS
) -> HeatmapInfo:
    """Collect ``grad/relative`` of ``seed``, else of the smallest seed measured.

    Of more than ``most`` recorded steps, evenly spaced ones are shown as they
    are, first and last included: a mean over steps would hide what a step was.
    """
    measured = [h for h in histories if len(h.profiles.get(METRIC, ()))]
    if seed is None:
        seed = min((h.seed for h in measured), default=0)
    maps = []
    for line in lines_of(histories):
        for history in line.histories:
            if history.seed == seed and len(history.profiles.get(METRIC, ())):
                maps.append(_line_map(line, history, history.profiles[METRIC], most))
                break
    positive = [np.log10(m.value[(m.value > 0) & np.isfinite(m.value)]) for m in maps]
    ends = [(float(p.min()), float(p.max())) for p in positive if len(p)]
    decades = (min(low for low, _high in ends), max(high for _low, high in ends)) if ends else None
    return HeatmapInfo(tuple(maps), decades)


def heatmap_chart(info: HeatmapInfo, look: Theme = LIGHT) -> Chart:
    """The maps one below the other; cells without a finite value stay empty."""
    name = "gradient-heatmap"
    if not info.maps:
        return empty(look, name)
    data: list[Trace] = []
    axes: dict[str, Any] = {}
    titles = []
    for index, (entry, up) in enumerate(zip(info.maps, _heights(len(info.maps)), strict=True)):
        suffix = str(index + 1) if index else ""
        data += _cells(entry, suffix)
        axes |= _panel_axes(entry, suffix, look, up=up, below=index == len(info.maps) - 1)
        # Zoom is common to all maps; layers only where they are the same ones, or plotly.js draws nothing.
        alike = next(i for i, other in enumerate(info.maps) if other.layers == entry.layers)
        if index:
            axes[f"xaxis{suffix}"]["matches"] = "x"
        if alike < index:
            axes[f"yaxis{suffix}"]["matches"] = f"y{alike + 1 if alike else ''}"
        title = {"text": entry.line.name, "showarrow": False, "xref": "paper", "yref": "paper"}
        titles.append(title | {"x": 0.5, "xanchor": "center", "y": up[1], "yanchor": "bottom"})
    titles.append(_scale_title(info))
    base = layout(look, name, axes["xaxis"], axes["yaxis"], hovermode="closest", annotations=titles)
    base |= {"coloraxis": _colour_axis(info, look), "margin": base["margin"] | {"t": _ABOVE_PX}}
    return {"data": data, "layout": base | axes}


def heatmap_table(info: HeatmapInfo) -> Columns:
    """One row per network, layer and step shown."""
    return {
        _("network"): np.array([m.line.name for m in info.maps for _cell in range(m.value.size)], np.str_),
        _("layer"): np.array([name for m in info.maps for name in m.layers for _s in m.step], np.str_),
        _("depth"): np.array([p for m in info.maps for p in m.position.tolist() for _s in m.step], np.int32),
        _("step"): np.array([s for m in info.maps for _l in m.layers for s in m.step.tolist()], np.int64),
        "‖g‖ / ‖w‖": np.concatenate([m.value.ravel() for m in info.maps] or [np.empty(0, np.float32)]),
    }


def describe(info: HeatmapInfo) -> str:
    """The chart in words: first against last layer at the first and the last step shown."""
    if not info.maps:
        return _("Relative gradient per layer and step: no measurement yet.")
    parts = [_("Relative gradient per layer and step.")]
    for entry in info.maps:
        text = _(
            "{role}, {layers} layers: first layer {first_then} and last layer {last_then} at step {then}; "
            "{first_now} and {last_now} at step {now}."
        )
        parts.append(
            text.format(
                role=entry.line.name,
                layers=len(entry.layers),
                first_then=number(float(entry.value[0, 0]), GRADIENT_DIGITS),
                last_then=number(float(entry.value[-1, 0]), GRADIENT_DIGITS),
                then=count(int(entry.step[0])),
                first_now=number(float(entry.value[0, -1]), GRADIENT_DIGITS),
                last_now=number(float(entry.value[-1, -1]), GRADIENT_DIGITS),
                now=count(int(entry.step[-1])),
            )
        )
        if zeros := int((entry.value == 0).sum()):
            parts.append(_("Cells that are exactly 0: {count}.").format(count=count(zeros)))
    return running_text(parts)


def _line_map(line: Line, history: RunHistory, table: ProfileTable, most: int) -> LineMap:
    chosen = evenly(len(table), most)
    position = depth_positions(history, table.taps)
    order = np.argsort(position, kind="stable")
    return LineMap(
        line,
        history.seed,
        tuple(table.taps[i] for i in order),
        position[order],
        table.step[chosen],
        table.value[np.ix_(chosen, order)].T,
    )


def _panel_axes(entry: LineMap, suffix: str, look: Theme, *, up: list[float], below: bool) -> dict[str, Any]:
    """The two axes of one map; steps only below the lowest."""
    x = axis(look, _("Training step") if below else "", domain=[0, 1], anchor=f"y{suffix}", hoverformat=",d")
    y = axis(look, "", domain=up, anchor=f"x{suffix}")
    # A tick where each stage begins, and at the head: there is no room for the names of all layers.
    begins = {name.split(".")[0]: name for name in reversed(entry.layers) if name.startswith(_MARKED)}
    x |= {"showgrid": False, "showticklabels": below} | _reach(entry.step)
    y |= {"showgrid": False, "type": "category", "autorange": "reversed"}
    y |= {"tickmode": "array", "tickvals": list(begins.values()), "ticktext": list(map(_stage_name, begins))}
    return {f"xaxis{suffix}": x, f"yaxis{suffix}": y}


def _reach(step: npt.NDArray[np.int64]) -> dict[str, Any]:
    """Half a cell beyond the first and the last, and at least to the number of steps."""
    half = (float(step[-1]) - float(step[0])) / max(len(step) - 1, 1) / 2 or 0.5
    return reaching(float(step[0]) - half, max(float(step[-1]) + half, float(step[-1]) + 1))


_MARKED = ("stage", "head")


def _stage_name(name: str) -> str:
    """``stage2`` and ``head`` in words."""
    number = name.removeprefix("stage")
    return _("stage {number}").format(number=number) if number != name else _("classifier")


def _scale_title(info: HeatmapInfo) -> dict[str, Any]:
    """What the colours are, left of their bar: the bar's own title would lie on it."""
    zeros = any((entry.value == 0).any() for entry in info.maps)
    text = "‖g‖ / ‖w‖"
    if zeros:
        text += "<br>" + _("grey: 0")
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "top"}
    return place | {"yshift": _ABOVE_PX, "text": text, "align": "left", "showarrow": False}


def _colour_axis(info: HeatmapInfo, look: Theme) -> dict[str, Any]:
    low, high = info.decades or (-1.0, 0.0)
    bar = {
        "orientation": "h",
        "tickprefix": "10<sup>",
        "ticksuffix": "</sup>",
        "thickness": 12,
        "len": 0.7,
        "x": 1,
        "xanchor": "right",
        "xpad": 0,
        "yref": "container",
        "y": 1,
        "yanchor": "top",
        "ypad": 4,
        "outlinewidth": 0,
        "tickcolor": look.text,
    }
    return {"colorscale": COLOURS, "cmin": low, "cmax": high if high > low else low + 1, "colorbar": bar}


def _cells(entry: LineMap, suffix: str) -> list[Trace]:
    """The map, and where there are exact zeros a second one that paints them in a colour off the scale."""
    name = entry.line.name
    with np.errstate(divide="ignore", invalid="ignore"):
        decade = np.log10(entry.value)
    place = {
        "xaxis": f"x{suffix}",
        "yaxis": f"y{suffix}",
        "x": entry.step.astype(np.int32),
        "y": list(entry.layers),
    }
    shared = place | {"type": "heatmap", "hoverongaps": False, "name": name}
    at = _("{layer}, step {step}: {value}")
    hover = f"{at.format(layer='%{y}', step='%{x:,d}', value='10<sup>%{z:.2f}</sup>')}<extra>{name}</extra>"
    at_zero = f"{at.format(layer='%{y}', step='%{x:,d}', value=0)}<extra>{name}</extra>"
    # As exact as the hover tells and finer than an eye sees: rounded numbers are sent in half the room.
    cells = np.where(np.isfinite(decade), decade.round(2), np.nan).astype(np.float32)
    traces: list[Trace] = [shared | {"z": cells, "coloraxis": "coloraxis", "hovertemplate": hover}]
    zero = entry.value == 0
    if zero.any():
        traces.append(
            shared
            | {
                "z": np.where(zero, 0, np.nan).astype(np.float32),
                "colorscale": [[0, ZERO], [1, ZERO]],
                "showscale": False,
                "name": _("{role}: exactly 0").format(role=name),
                "hovertemplate": at_zero,
            }
        )
    return traces


def _heights(panels: int) -> list[list[float]]:
    """Bottom and top of each panel, the first on top; the gaps have room for a title."""
    gap = _GAPS / panels
    each = (1 - gap * (panels - 1)) / panels
    return [
        [round(at, 4), round(at + each, 4)] for at in ((panels - 1 - p) * (each + gap) for p in range(panels))
    ]


def figure(histories: Sequence[RunHistory]) -> Figure:
    """Relative gradient over depth and training, the maps of all networks one below the other."""
    info = heatmap_info(histories)
    return Figure(
        _("Gradient over the training"),
        _(HOW_TO_READ),
        describe(info),
        heatmap_chart(info),
        lambda: heatmap_table(info),
        more=running_text((_(MORE), _(LAYER_NAMES))),
    )
