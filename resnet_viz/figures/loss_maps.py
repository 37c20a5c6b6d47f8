"""The loss of two networks over the same two directions, as maps or surfaces on one colour scale."""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.loss_scale import BAR_PX, LossMap, colours, decades, log10, shown
from resnet_viz.figures.loss_surfaces import surfaces, words_of_heights
from resnet_viz.figures.panels import in_second_panel, panel_axes, two_panels
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, percent, running_text

_NAME: Final = "loss-maps"
_CONTOURS: Final = 10
"""Lines of equal loss between the least and the greatest of both maps."""
_CONTOUR_COLOUR: Final = "#888888"


def figure(maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], title: str, more: str) -> Figure:
    """Both maps; ``places`` are those of rows and columns, in lengths of the filters."""
    low, high = decades(maps)
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
        chart=surfaces(maps, places, stacked=False),
        narrow=surfaces(maps, places, stacked=True)["layout"],
        more=running_text((*words_of_heights(maps), more)),
    )
    return replace(flat, solid=solid)


def _chart(
    maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], *, stacked: bool, look: Theme = LIGHT
) -> Chart:
    if not any((np.isfinite(one.losses) & (one.losses > 0)).any() for one in maps):
        return empty(look, _NAME)
    low, high = decades(maps)
    first, second = ([_cells(one, places), _contours(one, places, low, high), *_path(one)] for one in maps)
    data: list[Trace] = [*first, *map(in_second_panel, second)]
    across, up = _("Direction 1, in lengths of the filters"), _("Direction 2")
    # A path that leaves the slice must not make it small.
    ends = {"range": [places[0], places[-1]]} if any(one.path for one in maps) else {}
    axes = panel_axes(look, across, up, ends, ends, stacked=stacked)
    chart = two_panels(data, look, _NAME, axes, *(family_name(one.family) for one in maps))
    chart["layout"]["coloraxis"] = colours(look, low, high)
    chart["layout"]["margin"] = chart["layout"]["margin"] | {"t": BAR_PX}
    return chart


def _cells(one: LossMap, places: npt.NDArray[np.float64]) -> Trace:
    name = family_name(one.family)
    at = places.astype(np.float32)
    return {
        "type": "heatmap",
        "name": name,
        "x": at,
        "y": at,
        "z": log10(one.losses),
        "text": shown(one.losses),
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
        "z": log10(one.losses),
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
    return [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": _("Training path"),
            "showlegend": False,
            "x": x,
            "y": y,
            "text": one.path.names,
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


def _values(one: LossMap, places: npt.NDArray[np.float64]) -> dict[str, Any]:
    """For programs: losses row by row, each row along the first direction; None where none was measured."""
    rows = [_known(row) for row in one.losses]
    values: dict[str, Any] = {"kind": "measured", "x": places.tolist(), "y": places.tolist(), "z": rows}
    if one.path is not None:
        x, y = one.path.points.T.tolist()
        values["path"] = {"steps": one.path.steps, "x": x, "y": y, "share_in_plane": one.path.share}
        if one.path.losses is not None:
            values["path"]["losses"] = _known(one.path.losses)
    return values


def _known(losses: npt.NDArray[np.float64]) -> list[float | None]:
    return [float(loss) if np.isfinite(loss) else None for loss in losses]


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
