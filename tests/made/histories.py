"""Small histories with known numbers."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from resnet_viz.events import RunState
from resnet_viz.history import Curve, ProfileTable, RunHistory

LAYERS = ("stem", "stage1.block1.conv1", "stage1.block1.conv2", "stage2.block1.conv1", "head")


def curve(values: Sequence[float], steps: Sequence[int] | None = None) -> Curve:
    """``values`` at ``steps``, else at 0, 1, 2 …"""
    at = range(len(values)) if steps is None else steps
    return Curve(np.array(at, dtype=np.int64), np.array(values, dtype=np.float64))


def table(rows: Sequence[Sequence[float]], steps: Sequence[int] | None = None) -> ProfileTable:
    """One row per step over `LAYERS`."""
    at = range(len(rows)) if steps is None else steps
    value = np.array(rows, dtype=np.float32).reshape(len(rows), -1)
    return ProfileTable(LAYERS[: value.shape[1]], np.array(at, dtype=np.int64), value)


def gradients_reaching(first: Sequence[float], steps: npt.NDArray[np.int64]) -> ProfileTable:
    """Relative gradients: of the first convolution ``first`` at each of ``steps``, of the last always 1."""
    rows = np.array([[one, 3.0, 1.0, 5.0] for one in first], dtype=np.float32)
    return ProfileTable(("stem", "a.conv1", "b.conv1", "head"), steps, rows)


def run(
    family: str,
    seed: int = 0,
    state: RunState = RunState.FINISHED,
    series: dict[str, Curve] | None = None,
    profiles: dict[str, ProfileTable] | None = None,
    **facts: object,
) -> RunHistory:
    """A run with taps at the positions 1, 2, 3, 4 and 8."""
    taps = [
        {"name": name, "kind": "conv", "position": position}
        for name, position in zip(LAYERS, (1, 2, 3, 4, 8), strict=True)
    ]
    return RunHistory(family, seed, state, series or {}, profiles or {}, {"taps": taps} | facts)
