"""Runs and measurements whose worker gives no sign of life any more, and how one finds out.

A worker counts its job's heartbeat up every second. Whoever has seen the same
heartbeat for `STALE_S` seconds, itself awake all the while, marks the run as
lost; a measurement is queued again. The hours of two clocks are never compared for that: clocks are set, and
machines sleep.
"""

import logging
import time
from collections.abc import Callable

from resnet_viz.store import Heartbeat, Store

STALE_S = 5.0
"""Silence after which a run is lost; workers give a sign of life every second."""

_LOOK_S = 0.5
_QUIET_BEFORE_S = 1.0
_BLINK_S = 3.0
_QUIET_S = 2.5

_log = logging.getLogger(__name__)


class SignsOfLife:
    """Listens to the workers of a history, whoever started them; used by one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked_at = float("-inf")
        self._heard: dict[Heartbeat, float] = {}
        self._could_write: set[Heartbeat] = set()

    def look(self) -> list[str]:
        """Look at all heartbeats, at least every three seconds; mark as lost whom nothing was heard of.

        Returns the identifiers of the runs and measurements that are lost from now on.
        """
        now = time.monotonic()
        if now - self._looked_at > _BLINK_S:
            # This process was stopped, or slept with the machine, or could not read: so may they.
            self._heard = {}
        try:
            measuring = set(self._store.measurements.heartbeats())
            beats = {*self._store.heartbeats(), *measuring}
            self._heard = {beat: self._heard.get(beat, now) for beat in beats}
            quiet = {beat for beat in beats if now - self._heard[beat] >= STALE_S - _QUIET_BEFORE_S}
            # A lock that has just ended was in the way of its worker too, which may write first.
            could_write, self._could_write = self._could_write, quiet
            if quiet and not self._store.can_write():
                self._heard, self._could_write = {}, set()
            heard = self._heard
            silent = [beat for beat in could_write & heard.keys() if now - heard[beat] >= STALE_S]
            lost = [
                beat.run_id
                for beat in silent
                if (self._store.measurements if beat in measuring else self._store).lose(beat)
            ]
        except BaseException:
            self._heard = {}  # whoever could not write either may first say that they live
            raise
        if len(lost) < len(silent):
            self._heard = {}
        self._looked_at = time.monotonic()
        for run_id in lost:
            _log.warning("%s is lost: no sign of life", run_id)
        return lost


def find_lost(
    store: Store, *, quiet_s: float = _QUIET_S, on_wait: Callable[[int], None] = lambda _: None
) -> list[str]:
    """Mark the runs as lost whose workers are dead, for who only takes one look; their identifiers.

    Returns at once unless a run has been quiet for ``quiet_s`` by the clock;
    then ``on_wait`` is told how many have, and they are listened to: about a
    second where all are alive, `STALE_S` otherwise.
    """
    now = time.time()
    quiet = {beat for beat in store.heartbeats() if not 0 <= now - beat.at < quiet_s}
    if not quiet:
        return []
    on_wait(len(quiet))
    signs = SignsOfLife(store)
    lost = signs.look()
    while quiet & set(store.heartbeats()):
        time.sleep(_LOOK_S)
        lost += signs.look()
    return lost
