"""Feature maps of one layer: in which order they are looked at, and each as a small picture."""

import numpy as np
import numpy.typing as npt

from resnet_viz.pictures.colours import Values


def ordered(maps: Values, order: str) -> npt.NDArray[np.intp]:
    """Indices of ``maps`` [C, h, w] by ``index``, or largest ``mean`` or ``energy`` (mean square) first."""
    if order == "index":
        return np.arange(len(maps))
    measure = maps.mean((1, 2)) if order == "mean" else np.square(maps).mean((1, 2))
    return np.argsort(-measure, kind="stable")


def is_signed(maps: Values) -> bool:
    """Whether any value is negative: then the colours have to tell the sign."""
    return bool(maps.size) and bool(maps.min() < 0)


def silent_channels(maps: Values) -> npt.NDArray[np.bool_]:
    """Which of ``maps`` [C, h, w] are zero everywhere, [C]."""
    return np.asarray(~maps.any((1, 2)))
