"""Races with known results."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.verdict import Verdict, race_verdict
from resnet_viz.history import Curve, RunHistory
from resnet_viz.specs import Init, NetworkSpec, Norm, RunSpec, TrainSpec
from tests.made.histories import gradients_reaching

DONE = RunState.FINISHED


def race(seeds: int = 1, depth: int = 32, norm: Norm = "batch", init: Init = "he") -> Experiment:
    network = NetworkSpec(depth=depth, norm=norm, init=init)
    return Experiment(run=RunSpec(network=network, train=TrainSpec(steps=100)), seeds=seeds)


def run(
    family: str,
    loss: float,
    seed: int = 0,
    *,
    state: RunState = DONE,
    steps: int = 100,
    noise: float = 0.01,
    accuracy: float | None = None,
    running: float | None = None,
    train_accuracy: float | None = None,
    reach: Sequence[float] = (),
    facts: dict[str, Any] | None = None,
) -> RunHistory:
    """A loss of 2.3 until the last 20 steps, then ``loss`` ± ``noise``, opposite in plain and other networks.

    ``reach``: relative gradient of the first convolution, that of the last being 1, at equal distances.
    """
    value = np.full(steps, 2.3)
    sign = np.where(np.arange(steps) % 2, 1, -1) * (1 if family == "plain" else -1)
    value[-20:] = loss + noise * sign[-20:]
    series = {"train/loss": Curve(np.arange(steps), value)}
    if train_accuracy is not None:
        series["train/accuracy"] = Curve(np.arange(steps), np.full(steps, train_accuracy))
    for name, figure in (("test/accuracy", accuracy), ("test/accuracy_running", running)):
        if figure is not None:
            series[name] = Curve(np.array([steps]), np.array([figure]))
    profiles = {}
    if reach:
        profiles["grad/relative"] = gradients_reaching(reach, np.arange(len(reach)) * steps // len(reach))
    return RunHistory(family, seed, state, series, profiles, facts or {"test_statistics": "re-estimated"})


def pair(plain: float, residual: float, seed: int = 0, **more: Any) -> list[RunHistory]:
    """A finished pair."""
    return [run("plain", plain, seed, **more), run("residual", residual, seed, **more)]


def pairs(plain: Sequence[float], residual: Sequence[float], **more: Any) -> list[RunHistory]:
    """Finished pairs of seeds 0, 1, …"""
    both = enumerate(zip(plain, residual, strict=True))
    return [history for seed, losses in both for history in pair(*losses, seed, **more)]


def verdict(asked: Experiment, histories: Sequence[RunHistory]) -> Verdict[RaceFinding]:
    """The verdict of a race on these runs."""
    depth = asked.run.network.depth
    return race_verdict(asked, [CellHistory(run.family, depth, run.seed, run) for run in histories])
