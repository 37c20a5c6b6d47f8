"""Runs for the fake engine, put into a store."""

from collections.abc import Sequence

import numpy as np

from resnet_viz.specs import NetworkSpec, RunSpec, TrainSpec
from resnet_viz.store import RunReader, Store
from tests.jobs import fake_engine


def spec(steps: int = 20, step_s: float = 0.002, seed: int = 0, device: str = "auto") -> RunSpec:
    """A run whose every step takes ``step_s``."""
    train = TrainSpec.checked(steps=steps, learning_rate=step_s, seed=seed, device=device)
    return RunSpec(network=NetworkSpec(depth=8, width=4), train=train)


def queue(store: Store, specs: RunSpec | Sequence[RunSpec], owner: str = "ada") -> tuple[str, ...]:
    """Queue ``specs`` as one group; the identifiers of the runs."""
    specs = [specs] if isinstance(specs, RunSpec) else list(specs)
    return store.add_group("race", owner, "{}", specs).run_ids


def assert_complete(store: Store, run_id: str) -> None:
    """Every step was recorded once, in order, with the value it must have."""
    run = store.run(run_id)
    curve = RunReader(store, run_id).history().series["train/loss"]
    np.testing.assert_array_equal(curve.step, np.arange(run.total_steps))
    expected = [fake_engine.loss(step, run.seed) for step in range(run.total_steps)]
    np.testing.assert_array_equal(curve.value, expected)
