"""Feature maps of one layer: in which order they are looked at, and each as a small picture."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from resnet_viz.pictures.colours import Pixels, Values, coloured, largest

Order = Literal["mean", "energy", "index"]
Scale = Literal["own", "shared"]


def ordered(maps: Values, order: Order) -> npt.NDArray[np.intp]:
    """Indices of ``maps`` [C, h, w], largest mean or energy (mean square) first; equal ones by index."""
    if order == "index":
        return np.arange(len(maps))
    measure = maps.mean((1, 2)) if order == "mean" else np.square(maps).mean((1, 2))
    return np.argsort(-measure, kind="stable")


def is_signed(maps: Values) -> bool:
    """Whether any value is negative: then the colours have to tell the sign."""
    return bool(maps.size) and bool(maps.min() < 0)


def picture(maps: Values, index: int, scale: Scale) -> Pixels:
    """Map ``index`` of ``maps`` [C, h, w] in colours, uint8 [h, w, 3]; zero has the weakest one."""
    signed = is_signed(maps)
    limit = largest(maps if scale == "shared" else maps[index], signed=signed)
    return coloured(maps[index], limit, signed=signed)


def dead(maps: Values) -> npt.NDArray[np.bool_]:
    """Which of ``maps`` [C, h, w] have the same value everywhere, [C]: they say nothing about this image."""
    return np.asarray(maps.max((1, 2)) == maps.min((1, 2)))
