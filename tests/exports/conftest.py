"""A small race whose numbers are known, and another run, in a history of their own."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.events import Facts, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.store import Store, open_store
from tests.made.clock import Clock
from tests.made.specs import tiny
from tests.made.stored import claimed
from tests.made.trained import saved

STEPS = np.arange(4)
LOSS = np.array([2.5, 2.25, np.nan, -np.inf])
GRADIENTS = np.array([[1, 2, 3], [0.5, np.nan, 4]], np.float32)
TAPS = ("stem", "stage1.block1.conv1", "head")
SPEC = tiny(width=2, steps=4, batch_size=8)


@dataclass(frozen=True)
class Made:
    """The history and its runs: ``plain`` and ``residual`` of one race."""

    store: Store
    race: str
    plain: str
    residual: str


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    clock = Clock(1_700_000_000)
    store = open_store(tmp_path / "made", clock=clock)
    race = Experiment(run=SPEC)
    group = store.add_group("race", "secret session", race.to_json(), race.runs())
    for run_id, member in zip(group.run_ids, race.runs(), strict=True):
        attempt = claimed(store, run_id)
        clock.now += 10
        store.append(run_id, attempt, [Series("train/loss", STEPS[:2], LOSS[:2]), Progress(2)])
        clock.now += 10
        weights = saved(store.run_folder(run_id), member, 4, seed=0)
        store.append(
            run_id,
            attempt,
            [
                Series("train/loss", STEPS[2:], LOSS[2:]),
                Series("test/accuracy", np.array([4]), np.array([0.25])),
                Profile("grad/relative", TAPS, np.array([0, 3]), GRADIENTS),
                weights,
                Facts({"train_loss": 0.75, "device": "cpu", "threads": 1, "torch": torch.__version__}),
                Progress(4),
                StateChanged(RunState.FINISHED),
            ],
        )
    yield Made(store, group.id, *group.run_ids)
    store.close()
