"""Colours for numbers: one scale for what can only be positive, one for what has a sign.

Neither uses orange or blue alone, which stand for plain and residual networks.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]

_POSITIVE: Final = (
    (0, 0, 4), (31, 12, 72), (85, 15, 109), (136, 34, 106), (186, 54, 85),
    (227, 89, 51), (249, 140, 10), (249, 201, 50), (252, 255, 164),
)  # fmt: skip
"""Inferno (van der Walt and Smith, CC0): lightness grows evenly, without colour vision too."""
_SIGNED: Final = (
    (64, 0, 75), (118, 42, 131), (153, 112, 171), (194, 165, 207), (247, 247, 247),
    (166, 219, 160), (90, 174, 97), (27, 120, 55), (0, 68, 27),
)  # fmt: skip
"""Purple through white to green (ColorBrewer PRGn)."""
_STEPS: Final = 256


def _table(anchors: tuple[tuple[int, int, int], ...]) -> Pixels:
    at = np.linspace(0, 1, len(anchors))
    wanted = np.linspace(0, 1, _STEPS)
    columns = [np.interp(wanted, at, channel) for channel in zip(*anchors, strict=True)]
    return np.round(np.stack(columns, axis=1)).astype(np.uint8)


_TABLES: Final = {False: _table(_POSITIVE), True: _table(_SIGNED)}


def largest(values: npt.ArrayLike, *, signed: bool) -> float:
    """The value at the strong end of the scale: the largest one, or the largest without its sign."""
    found = np.asarray(values, np.float32)
    if not found.size:
        return 0.0
    return float(np.abs(found).max() if signed else max(found.max(), 0))


def strength(values: Values, limit: float, *, signed: bool) -> Values:
    """``values`` as shares of ``limit``: 0 to 1, or −1 to 1 where they are ``signed``; 0 without a limit."""
    if not limit > 0:
        return np.zeros_like(values, dtype=np.float32)
    share: Values = np.clip(values / np.float32(limit), -1 if signed else 0, 1).astype(np.float32)
    return share


def coloured(values: Values, limit: float, *, signed: bool) -> Pixels:
    """``values`` [h, w] in colours, uint8 [h, w, 3]; ``limit`` has the strongest one."""
    share = strength(values, limit, signed=signed)
    if signed:
        share = ((share + 1) / 2).astype(np.float32)
    found: Pixels = _TABLES[signed][np.round(share * (_STEPS - 1)).astype(np.intp)]
    return found


def css_gradient(*, signed: bool) -> str:
    """The scale from weak (or negative) to strong, as CSS."""
    anchors = _SIGNED if signed else _POSITIVE
    return f"linear-gradient(90deg, {', '.join(f'rgb{anchor}' for anchor in anchors)})"
