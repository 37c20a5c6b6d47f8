"""Losses of two networks over two directions, and the scale that maps and surfaces of both have."""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.gradient_heatmap import COLOURS
from resnet_viz.figures.theme import Theme
from resnet_viz.locale import gettext as _
from resnet_viz.wording import after_steps, number

BAR_PX: Final = 64
"""Room above the networks for the colour bar."""
_TICKS: Final = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)


class TrainingPath(NamedTuple):
    """Where a training came along: ``points`` float64 [steps + 1, 2] in the plane, the last is the network.

    ``share``: of its length how much lies in the plane. ``losses`` float64 [steps + 1]: measured of each
    network, NaN where not yet; None where none were.
    """

    points: npt.NDArray[np.float64]
    steps: list[int]
    share: float
    losses: npt.NDArray[np.float64] | None = None

    @property
    def names(self) -> list[str]:
        """What each point is called."""
        return [*map(after_steps, self.steps), _("the trained network")]


class LossMap(NamedTuple):
    """Losses of one network, float64 [rows, columns]; NaN where none was measured."""

    family: str
    losses: npt.NDArray[np.float64]
    path: TrainingPath | None = None


def decades(maps: tuple[LossMap, LossMap]) -> tuple[float, float]:
    """log₁₀ of the least and of the greatest loss of both; 0 and 1 where none is known."""
    every = np.concatenate([one.losses.ravel() for one in maps])
    known = np.log10(every[np.isfinite(every) & (every > 0)])
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    return low, high if high > low else low + 1


def log10(losses: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Their logarithms to base 10, as they are drawn."""
    with np.errstate(divide="ignore"):
        found: npt.NDArray[np.float32] = np.log10(losses).astype(np.float32)
    return found


def shown(losses: npt.NDArray[np.float64]) -> list[list[str]]:
    """Each as it is written."""
    return [[number(float(value)) for value in row] for row in losses]


def ticks(low: float, high: float) -> dict[str, Any]:
    """Losses on an axis of their logarithms."""
    inside = [value for value in _TICKS if low <= np.log10(value) <= high]
    return {
        "tickvals": [float(np.log10(value)) for value in inside],
        "ticktext": [f"{value:g}" for value in inside],
    }


def colours(look: Theme, low: float, high: float) -> dict[str, Any]:
    """The colour axis of both, with its bar above them."""
    bar = ticks(low, high) | {
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
