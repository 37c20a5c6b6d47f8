"""The loss of two networks over two directions as surfaces, with the paths of their trainings."""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_name
from resnet_viz.figures.loss_scale import BAR_PX, LossMap, colours, decades, log10, shown, ticks
from resnet_viz.figures.theme import LIGHT, Theme, layout
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, percent

_NAME: Final = "loss-maps/3d"
_PATH_COLOUR: Final = "#e7298a"
"""No colour of the surfaces; seen before them and before a light and a dark page."""


def surfaces(
    maps: tuple[LossMap, LossMap], places: npt.NDArray[np.float64], *, stacked: bool, look: Theme = LIGHT
) -> Chart:
    """Both beside each other; ``stacked`` one stands above the other."""
    low, high = decades(maps)
    data: list[Trace] = []
    scenes: dict[str, Any] = {}
    names = []
    small = {"size": 11}
    sides = {"tickfont": small, "range": [places[0], places[-1]]}
    least, greatest = _heights(maps, low, high)
    # The corner of a bowl would hide the path, which ends at its bottom.
    eye = {"x": 2.0, "y": 0.35, "z": 2.1} if any(map(_path, maps)) else {"x": 1.7, "y": 1.7, "z": 1.3}
    for index, one in enumerate(maps):
        scene, first, last = f"scene{index + 1 if index else ''}", index / 2, (index + 1) / 2
        data += [{**trace, "scene": scene} for trace in (_surface(one, places), *_path(one))]
        scenes[scene] = {
            "domain": {"x": [0, 1], "y": [1 - last, 1 - first]} if stacked else {"x": [first, last]},
            "camera": {"eye": eye},
            "xaxis": {"title": {"text": "1"}, **sides},
            "yaxis": {"title": {"text": "2"}, **sides},
            "zaxis": {
                "title": {"text": ""},
                "tickfont": small,
                "range": [least, greatest],
                **ticks(least, greatest),
            },
        }
        names.append(
            {
                "text": family_name(one.family),
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
        "layout": layout(look, _NAME, hidden, dict(hidden), annotations=names) | scenes,
    }
    chart["layout"]["coloraxis"] = colours(look, low, high)
    chart["layout"]["margin"] = chart["layout"]["margin"] | {"t": BAR_PX}
    return chart


def words_of_heights(maps: tuple[LossMap, LossMap]) -> list[str]:
    """What the lines are, a sentence for each that is drawn."""
    text = _(
        "Line: the loss measured at each checkpoint of the training of {network}, above the nearest point of "
        "this plane. {share} of the path's length lies in it, so the line is not on the surface."
    )
    return [
        text.format(network=family_name(one.family), share=percent(one.path.share))
        for one in maps
        if one.path and _path(one)
    ]


def _surface(one: LossMap, places: npt.NDArray[np.float64]) -> Trace:
    name, at = family_name(one.family), places.astype(np.float32)
    return {
        "type": "surface",
        "name": name,
        "x": at,
        "y": at,
        "z": log10(one.losses),
        "text": shown(one.losses),
        "hovertemplate": f"%{{x:.1f}}, %{{y:.1f}}: %{{text}}<extra>{name}</extra>",
        "coloraxis": "coloraxis",
    }


def _path(one: LossMap) -> list[Trace]:
    """From checkpoint to checkpoint at the height of its own loss."""
    if one.path is None or one.path.losses is None or np.isnan(one.path.losses).all():
        return []
    x, y = one.path.points.astype(np.float32).T
    losses = map(number, one.path.losses.tolist())
    named = _("{name}: {text}")
    return [
        {
            "type": "scatter3d",
            "mode": "lines+markers",
            "name": _("Training path"),
            "showlegend": False,
            "x": x,
            "y": y,
            "z": log10(one.path.losses),
            "text": [
                named.format(name=name, text=loss) for name, loss in zip(one.path.names, losses, strict=True)
            ],
            "hovertemplate": f"%{{text}}<extra>{family_name(one.family)}</extra>",
            "line": {"color": _PATH_COLOUR, "width": 4},
            "marker": {"color": _PATH_COLOUR, "size": 2.5},
        }
    ]


def _heights(maps: tuple[LossMap, LossMap], low: float, high: float) -> tuple[float, float]:
    """From ``low`` to ``high``, widened for what the trainings came along."""
    along = [log10(one.path.losses) for one in maps if one.path and one.path.losses is not None]
    known = [float(height) for heights in along for height in heights if np.isfinite(height)]
    return min([low, *known]), max([high, *known])
