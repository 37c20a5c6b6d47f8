"""The loss of two networks over the same two directions, as maps side by side on one colour scale."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.gradient_heatmap import COLOURS
from resnet_viz.figures.panels import in_second_panel, panel_axes, two_panels
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, running_text

_NAME: Final = "loss-maps"
_BAR_PX: Final = 64
"""Room above the maps for the colour bar."""


class LossMap(NamedTuple):
    """Losses of one network, float64 [rows, columns]; NaN where none was measured."""

    family: str
    losses: npt.NDArray[np.float64]


def figure(maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], title: str, more: str) -> Figure:
    """Both maps; ``places`` are those of rows and columns, in lengths of the filters."""
    return Figure(
        title,
        _("The trained network is in the middle. Dark: small loss. Both maps have one colour scale."),
        _words(maps, title),
        _chart(maps, places, stacked=False),
        lambda: _table(maps, places),
        narrow=_chart(maps, places, stacked=True)["layout"],
        more=more,
        best_first=True,
    )


def _chart(
    maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], *, stacked: bool, look: Theme = LIGHT
) -> Chart:
    every = np.concatenate([one.losses.ravel() for one in maps])
    known = every[np.isfinite(every) & (every > 0)]
    if not len(known):
        return empty(look, _NAME)
    data: list[Trace] = [_cells(one, places) for one in maps]
    data[1] = in_second_panel(data[1])
    across, up = _("Direction 1, in lengths of the filters"), _("Direction 2")
    axes = panel_axes(look, across, up, {}, {}, stacked=stacked)
    chart = two_panels(data, look, _NAME, axes, *(family_name(one.family) for one in maps))
    layout = chart["layout"]
    layout["coloraxis"] = _colours(look, float(np.log10(known.min())), float(np.log10(known.max())))
    layout["margin"] = layout["margin"] | {"t": _BAR_PX}
    return chart


def _cells(one: LossMap, places: npt.NDArray[np.float64]) -> Trace:
    with np.errstate(divide="ignore"):
        decade = np.log10(one.losses)
    name = family_name(one.family)
    at = places.astype(np.float32)
    return {
        "type": "heatmap",
        "name": name,
        "x": at,
        "y": at,
        "z": decade.astype(np.float32),
        "text": [[number(float(value)) for value in row] for row in one.losses],
        "hovertemplate": f"%{{x:.1f}}, %{{y:.1f}}: %{{text}}<extra>{name}</extra>",
        "hoverongaps": False,
        "coloraxis": "coloraxis",
    }


def _colours(look: Theme, low: float, high: float) -> dict[str, Any]:
    ticks = [
        value for value in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300) if low <= np.log10(value) <= high
    ]
    bar = {
        "orientation": "h",
        "title": {"text": _("Training loss"), "side": "right"},
        "tickvals": [float(np.log10(value)) for value in ticks],
        "ticktext": [f"{value:g}" for value in ticks],
        "thickness": 12,
        "len": 0.6,
        "x": 0,
        "xanchor": "left",
        "yref": "container",
        "y": 1,
        "yanchor": "top",
        "ypad": 4,
        "outlinewidth": 0,
        "tickcolor": look.text,
    }
    return {"colorscale": COLOURS, "cmin": low, "cmax": high if high > low else low + 1, "colorbar": bar}


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
