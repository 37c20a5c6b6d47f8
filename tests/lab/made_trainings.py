"""Answers of questions that train, made of losses that a test chooses instead of trainings."""

from collections.abc import Mapping, Sequence

import numpy as np

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.lab.trainings import packed
from resnet_viz.processes.channel import Frame

DIVERGED = float("inf")
STEPS = 40

Loss = float
Ends = Mapping[str, Sequence[Loss]]
"""By network type the final training loss of every seed, `DIVERGED` where it did."""


def answer(spec: Experiment, ends: Ends, *, unfinished: int = 0, scale: float | None = None) -> Frame:
    """The result of ``spec`` in which every run ends as ``ends`` say; the last ``unfinished`` still train.

    ``scale``: the |α| that every one of three blocks of a network with learned scales comes to.
    """
    cells = spec.in_queue_order()
    histories = []
    for place, cell in enumerate(cells):
        loss = ends[cell.family][cell.seed - spec.run.train.seed]
        is_moving = place >= len(cells) - unfinished
        histories.append(_history(cell.family, cell.seed, loss, is_moving, scale))
    return packed(spec, histories, ("branch/scale", "grad/relative"))


def _history(family: str, seed: int, loss: Loss, is_moving: bool, scale: float | None) -> RunHistory:
    step = np.arange(STEPS)
    value = np.full(STEPS, loss)
    state = RunState.RUNNING if is_moving else RunState.FINISHED
    if loss == DIVERGED:
        value = np.linspace(3.0, 1e6, STEPS)
        value[-1] = np.inf
        state = RunState.RUNNING if is_moving else RunState.DIVERGED
    accuracy = np.full(STEPS, np.clip(1 - loss / 2.3, 0.1, 1.0))
    series = {"train/loss": Curve(step, value), "train/accuracy": Curve(step, accuracy)}
    if state is RunState.FINISHED:
        series["test/accuracy"] = Curve(np.array([STEPS]), accuracy[-1:])
    levels = np.array([[1.0, 2.0, 4.0, 1.0]], np.float32)  # falls to a quarter towards the input
    profiles = {"grad/relative": ProfileTable(("stem", "a", "b", "head"), np.array([0]), levels)}
    if scale is not None and "learned-scale" in family:
        at = np.array([0, 20, 40])
        rows = np.array([[0.0], [scale / 2], [scale]], np.float32)
        profiles["branch/scale"] = ProfileTable(("a", "b", "c"), at, rows * np.ones(3, np.float32))
    return RunHistory(family, seed, state, series, profiles, {"training_s": 2.0})
