"""Cells of sweeps with known errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.history import Curve, RunHistory
from tests.made.histories import gradients_reaching


def cell(
    name: str,
    depth: int,
    error: float,
    seed: int = 0,
    *,
    state: RunState = RunState.FINISHED,
    noise: float = 0.01,
    test: float | None = None,
    reach: Sequence[float] = (),
    loss: float | None = None,
    facts: dict[str, Any] | None = None,
) -> CellHistory:
    """A cell whose last 20 training errors are ``error`` ± ``noise``, in opposite turn for each depth."""
    sign = np.where((np.arange(20) + depth // 6) % 2, 1, -1)
    accuracy = np.concatenate([np.full(80, 0.1), 1 - (error + noise * sign)])
    series = {
        "train/accuracy": Curve(np.arange(100), accuracy),
        "train/loss": Curve(np.arange(100), np.full(100, error if loss is None else loss)),
    }
    if test is not None:
        series["test/accuracy"] = Curve(np.array([100]), np.array([1 - test]))
    profiles = {}
    if reach:
        at = np.arange(len(reach)) * 99 // max(1, len(reach) - 1)
        profiles["grad/relative"] = gradients_reaching(reach, at)
    told = {"test_statistics": "re-estimated"} if facts is None else facts
    return CellHistory(name, depth, seed, RunHistory(name, seed, state, series, profiles, told))


def cells(errors: dict[str, dict[int, Sequence[float]]], **more: Any) -> list[CellHistory]:
    """Cells from family → depth → an error per seed."""
    return [
        cell(name, depth, error, seed, **more)
        for name, depths in errors.items()
        for depth, seeds in depths.items()
        for seed, error in enumerate(seeds)
    ]
