"""The loss of two networks over the same two directions, as maps or surfaces on one colour scale."""

from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.gradient_heatmap import COLOURS
from resnet_viz.figures.panels import in_second_panel, panel_axes, two_panels
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty, layout
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import gettext as _
from resnet_viz.wording import after_steps, number, percent, running_text

_NAME: Final = "loss-maps"
_BAR_PX: Final = 64
"""Room above the maps for the colour bar."""
_CONTOURS: Final = 10
"""Lines of equal loss between the least and the greatest of both maps."""
_CONTOUR_COLOUR: Final = "#888888"
_TICKS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)


class TrainingPath(NamedTuple):
    """Where a training came along: ``points`` float64 [steps + 1, 2] in the plane, the last is the network.

    ``share``: of its length how much lies in the plane.
    """

    points: npt.NDArray[np.float64]
    steps: list[int]
    share: float


class LossMap(NamedTuple):
    """Losses of one network, float64 [rows, columns]; NaN where none was measured."""

    family: str
    losses: npt.NDArray[np.float64]
    path: TrainingPath | None = None


def figure(maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], title: str, more: str) -> Figure:
    """Both maps; ``places`` are those of rows and columns, in lengths of the filters."""
    low, high = _decades(maps)
    lines = _("Lines: equal loss; from one to the next it grows {factor} times.").format(
        factor=number(10 ** ((high - low) / _CONTOURS), 3)
    )
    flat = Figure(
        title,
        _("The trained network is in the middle. Colour: the loss, on one scale for both; dark is small."),
        _words(maps, title),
        _chart(maps, places, stacked=False),
        lambda: _table(maps, places),
        narrow=_chart(maps, places, stacked=True)["layout"],
        more=running_text((lines, *_of_paths(maps), more)),
        best_first=True,
        series={"maps": {one.family: _values(one, places) for one in maps}},
    )
    if flat.is_empty:
        return flat
    solid = replace(
        flat,
        how_to_read=_("The trained network is in the middle. Height: the loss, on one scale for both. Drag."),
        chart=_solid(maps, places, stacked=False),
        narrow=_solid(maps, places, stacked=True)["layout"],
        more=more,
    )
    return replace(flat, solid=solid)


def _decades(maps: tuple[LossMap, LossMap]) -> tuple[float, float]:
    """log₁₀ of the least and of the greatest loss of both; 0 and 1 where none is known."""
    every = np.concatenate([one.losses.ravel() for one in maps])
    known = np.log10(every[np.isfinite(every) & (every > 0)])
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return low, high if high > low else low + 1


def _chart(
    maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], *, stacked: bool, look: Theme = LIGHT
) -> Chart:
    if not any((np.isfinite(one.losses) & (one.losses > 0)).any() for one in maps):
        return empty(look, _NAME)
    low, high = _decades(maps)
    first, second = ([_cells(one, places), _contours(one, places, low, high), *_path(one)] for one in maps)
    data: list[Trace] = [*first, *map(in_second_panel, second)]
    across, up = _("Direction 1, in lengths of the filters"), _("Direction 2")
    # A path that leaves the slice must not make it small.
    ends = {"range": [places[0], places[-1]]} if any(one.path for one in maps) else {}
    axes = panel_axes(look, across, up, ends, ends, stacked=stacked)
    chart = two_panels(data, look, _NAME, axes, *(family_name(one.family) for one in maps))
    chart["layout"]["coloraxis"] = _colours(look, low, high)
    chart["layout"]["margin"] = chart["layout"]["margin"] | {"t": _BAR_PX}
    return chart


def _solid(
    maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], *, stacked: bool, look: Theme = LIGHT
) -> Chart:
    """Both as surfaces; stacked one stands above the other."""
    low, high = _decades(maps)
    at = places.astype(np.float32)
    data: list[Trace] = []
    scenes: dict[str, Any] = {}
    names = []
    small = {"size": 11}
    for index, one in enumerate(maps):
        scene, first, last = f"scene{index + 1 if index else ''}", index / 2, (index + 1) / 2
        name = family_name(one.family)
        data.append(
            {
                "type": "surface",
                "name": name,
                "x": at,
                "y": at,
                "z": _log10(one.losses),
                "text": _shown(one.losses),
                "hovertemplate": f"%{{x:.1f}}, %{{y:.1f}}: %{{text}}<extra>{name}</extra>",
                "coloraxis": "coloraxis",
                "scene": scene,
            }
        )
        scenes[scene] = {
            "domain": {"x": [0, 1], "y": [1 - last, 1 - first]} if stacked else {"x": [first, last]},
            "camera": {"eye": {"x": 1.7, "y": 1.7, "z": 1.3}},
            "xaxis": {"title": {"text": "1"}, "tickfont": small},
            "yaxis": {"title": {"text": "2"}, "tickfont": small},
            "zaxis": {"title": {"text": ""}, "tickfont": small, "range": [low, high], **_ticks(low, high)},
        }
        names.append(
            {
                "text": name,
                "showarrow": False,
                "xref": "paper",
                "yref": "paper",
                "x": 0.5 if stacked else (first + last) / 2,
                "y": 1 - first if stacked else 1.0,
                "xanchor": "center",
                "yanchor": "top",
            }
        )
    hidden = {"visible": False}
    chart: Chart = {
        "data": data,
        "layout": layout(look, f"{_NAME}/3d", hidden, dict(hidden), annotations=names) | scenes,
    }
    chart["layout"]["coloraxis"] = _colours(look, low, high)
    chart["layout"]["margin"] = chart["layout"]["margin"] | {"t": _BAR_PX}
    return chart


def _cells(one: LossMap, places: npt.NDArray[np.float64]) -> Trace:
    name = family_name(one.family)
    at = places.astype(np.float32)
    return {
        "type": "heatmap",
        "name": name,
        "x": at,
        "y": at,
        "z": _log10(one.losses),
        "text": _shown(one.losses),
        "hovertemplate": f"%{{x:.1f}}, %{{y:.1f}}: %{{text}}<extra>{name}</extra>",
        "hoverongaps": False,
        "coloraxis": "coloraxis",
    }


def _contours(one: LossMap, places: npt.NDArray[np.float64], low: float, high: float) -> Trace:
    """Lines of equal loss, the same ones in both maps."""
    at = places.astype(np.float32)
    return {
        "type": "contour",
        "x": at,
        "y": at,
        "z": _log10(one.losses),
        "autocontour": False,
        "contours": {"coloring": "none", "start": low, "end": high, "size": (high - low) / _CONTOURS},
        "line": {"color": _CONTOUR_COLOUR, "width": 1},
        "showscale": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _path(one: LossMap) -> list[Trace]:
    """From checkpoint to checkpoint, as the plane shows it."""
    if one.path is None:
        return []
    x, y = one.path.points.astype(np.float32).T
    steps = [after_steps(step) for step in one.path.steps]
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": _("Training path"),
            "showlegend": False,
            "x": x,
            "y": y,
            "text": [*steps, _("the trained network")],
            "hovertemplate": f"%{{text}}<extra>{family_name(one.family)}</extra>",
            "line": {"color": "#ffffff", "width": 2},
            "marker": {"color": "#ffffff", "size": 7, "line": {"color": "#000000", "width": 1}},
        }
    ]


def _of_paths(maps: tuple[LossMap, LossMap]) -> list[str]:
    """How much of the trainings' paths the plane shows, a sentence each."""
    text = _("White: the path of the training of {network}; {share} of its length lies in this plane.")
    return [
        text.format(network=family_name(one.family), share=percent(one.path.share))
        for one in maps
        if one.path
    ]


def _log10(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    with np.errstate(divide="ignore"):
        found: npt.NDArray[np.float32] = np.log10(losses).astype(np.float32)
    return found


def _shown(losses: npt.NDArray[np.float64]) -> list[list[str]]:
    return [[number(float(value)) for value in row] for row in losses]


def _values(one: LossMap, places: npt.NDArray[np.float64]) -> dict[str, Any]:
    """For programs: losses row by row, each row along the first direction; None where none was measured."""
    rows = [[float(loss) if np.isfinite(loss) else None for loss in row] for row in one.losses]
    values: dict[str, Any] = {"kind": "measured", "x": places.tolist(), "y": places.tolist(), "z": rows}
    if one.path is not None:
        x, y = one.path.points.T.tolist()
        values["path"] = {"steps": one.path.steps, "x": x, "y": y, "share_in_plane": one.path.share}
    return values


def _ticks(low: float, high: float) -> dict[str, Any]:
    """Losses on an axis of their logarithms."""
    ticks = [value for value in _TICKS if low <= np.log10(value) <= high]
    return {
        "tickvals": [float(np.log10(value)) for value in ticks],
        "ticktext": [f"{value:g}" for value in ticks],
    }


def _colours(look: Theme, low: float, high: float) -> dict[str, Any]:
    bar = _ticks(low, high) | {
        "orientation": "h",
        "thickness": 12,
        "len": 1,
        "x": 0.5,
        "xanchor": "center",
        "yref": "container",
        "y": 1,
        "yanchor": "top",
        "ypad": 4,
        "outlinewidth": 0,
        "tickcolor": look.text,
    }
    return {"colorscale": COLOURS, "cmin": low, "cmax": high, "colorbar": bar}


def _words(maps: tuple[LossMap, LossMap], title: str) -> str:
    parts = [title + "."]
    for one in maps:
        side = len(one.losses)
        text = _("{network}: {middle} in the middle, at most {most}.")
        parts.append(
            text.format(
                network=family_name(one.family),
                middle=number(float(one.losses[side // 2, side // 2])),
                most=number(float(np.nanmax(one.losses))) if np.isfinite(one.losses).any() else "–",
            )
        )
    return running_text(parts)


def _table(maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64]) -> Columns:
    across, up = np.meshgrid(places, places)
    return {
        _("network"): np.array([family_name(one.family) for one in maps for _at in across.ravel()], np.str_),
        _("direction 1"): np.concatenate([across.ravel() for _one in maps]),
        _("direction 2"): np.concatenate([up.ravel() for _one in maps]),
        _("training loss"): np.concatenate([one.losses.ravel() for one in maps]),
    }
