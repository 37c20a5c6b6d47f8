"""What people want of runs, whichever door they come through: the command line or a page."""

from collections.abc import Sequence

from resnet_viz.events import Desired
from resnet_viz.jobs.experiments import MOST_ATTEMPTS, RETRIED
from resnet_viz.store import RunRecord, Store


def going(store: Store, runs: Sequence[RunRecord]) -> list[RunRecord]:
    """Those of ``runs`` that something will still happen to by itself.

    They train, wait or pause, or they are cells of a sweep that broke off and
    will be taken up again.
    """
    again = set(store.cells.broken_off(RETRIED, MOST_ATTEMPTS))
    return [run for run in runs if not run.state.is_finished() or run.id in again]


def hold_back(store: Store, runs: Sequence[RunRecord], desired: Desired) -> list[RunRecord]:
    """Have all of ``runs`` stop or pause; returns those that were `going`.

    What broke off loses the wish to run as well: what was stopped stays stopped
    until somebody resumes it.
    """
    touched = going(store, runs)
    for run in runs:
        store.set_desired(run.id, desired)
    return touched
