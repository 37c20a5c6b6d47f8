"""Whether a run of the fake engine is complete."""

import numpy as np

from resnet_viz.store import RunReader, Store
from tests.jobs import fake_engine


def assert_complete(store: Store, run_id: str) -> None:
    """Every step was recorded once, in order, with the value it must have."""
    run = store.run(run_id)
    curve = RunReader(store, run_id).history().series["train/loss"]
    np.testing.assert_array_equal(curve.step, np.arange(run.total_steps))
    expected = [fake_engine.loss(step, run.seed) for step in range(run.total_steps)]
    np.testing.assert_array_equal(curve.value, expected)
