"""How fast an experiment goes, told from what a page has seen of it."""

import pytest

from resnet_viz.events import Progress, RunState, StateChanged
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import Store
from resnet_viz.ui.experiment import view as viewing
from resnet_viz.ui.experiment.view import read_view, seconds_left
from resnet_viz.ui.permissions import LOCAL
from tests.made.stored import claimed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(viewing, "monotonic", lambda: now[0])
    monkeypatch.setattr("streamlit.session_state", {})
    return now


def test_the_time_left_is_known_while_one_run_ends_and_the_next_begins(
    store: Store, clock: list[float]
) -> None:
    """Two networks of depth 8 and 150 steps at 50 steps a second each, one after the other."""
    spec = SWEEP.start("quick").but(depths=(8,))
    group = start_experiment(store, SWEEP, spec, LOCAL)
    told = []
    for run_id in group.run_ids:
        attempt = claimed(store, run_id)
        for step in (50, 100, 150):
            clock[0] += 1.0
            store.append(run_id, attempt, [Progress(step)])
            told.append(seconds_left(read_view(group)))
        store.append(run_id, attempt, [StateChanged(RunState.FINISHED)])
    assert told[0] is None, "one look says nothing"
    assert told[1:] == pytest.approx([4, 3, 2, 1, 0])


def test_nothing_is_said_while_nothing_moves(store: Store, clock: list[float]) -> None:
    group = start_experiment(store, SWEEP, SWEEP.start("quick").but(depths=(8,)), LOCAL)
    for _look in range(3):
        clock[0] += 1.0
        assert seconds_left(read_view(group)) is None
