"""Looks after the cells of sweeps that nobody watches: broken-off ones go on, needless ones never start."""

import logging
import time
from contextlib import suppress

from resnet_viz.errors import InvalidSetting
from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs.experiments import MOST_ATTEMPTS, RETRIED
from resnet_viz.store import Store

_LOOK_S = 1.0

_log = logging.getLogger(__name__)


class Retries:
    """Keeps the sweeps of a history going; several supervisors on one history agree."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked_at = float("-inf")

    def look(self) -> None:
        """Once a second: queue again what failed, was lost or was stopped with its server."""
        now = time.monotonic()
        if now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        for run_id in self._store.cells.broken_off(RETRIED, MOST_ATTEMPTS):
            with suppress(InvalidSetting):  # another supervisor was faster
                self._store.resume(run_id)
                _log.info("cell %s is taken up again", run_id)

    def held(self) -> set[str]:
        """Queued cells that must not start now: paused ones, and those whose experiment runs elsewhere.

        One that has finished elsewhere meanwhile is taken out of the queue.
        """
        held = self._store.cells.held(RETRIED)
        for run_id, states in held.items():
            if RunState.FINISHED in states:
                _log.info("cell %s has been trained elsewhere", run_id)
                self._store.set_desired(run_id, Desired(Wish.STOP))
        return set(held)
