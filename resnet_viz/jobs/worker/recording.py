"""What a worker owes the history while it may be away for a while: signs of life, and nothing lost."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from resnet_viz.errors import StoreUnavailable
from resnet_viz.jobs.worker.failures import is_disk_full
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.store import Fenced

BEAT_S = 1.0
"""Between two signs of life; the reaper waits for several."""

RETRY_S = 0.5
GIVE_UP_S = 60.0

_RECORD = "cannot record, trying again: %s"
_BEAT = "cannot give a sign of life: %s"

_log = logging.getLogger(__name__)


class Recording:
    """Writes for one job, with patience."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._complaints: set[str] = set()

    def record(self, write: Callable[[], object]) -> None:
        """Have ``write`` done; while the store can't be written, wait: nothing measured is thrown away.

        Raises `Fenced`, and `StoreUnavailable` once there is no hope.
        """
        patience_s = GIVE_UP_S
        while True:
            try:
                write()
            except StoreUnavailable as error:
                if patience_s <= 0 or self._inbox.leaving.is_set():
                    raise
                self.complain(_RECORD, error)
                # A full disk is for its owner to clear, however long that takes.
                if not is_disk_full(error) or self._inbox.orphaned.is_set():
                    patience_s -= RETRY_S
                self._inbox.leaving.wait(RETRY_S)
            else:
                self.works_again(_RECORD)
                return

    @contextmanager
    def heart(self, beat: Callable[[], object]) -> Iterator[None]:
        """Signs of life from a thread: a first step, a download or a question may take minutes."""
        ended = threading.Event()
        thread = threading.Thread(target=self._keep_beating, args=(beat, ended), name="heart", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def complain(self, about: str, error: StoreUnavailable) -> None:
        """Log what does not work, once until it works again: a disk may stay full for days."""
        if about not in self._complaints:
            self._complaints.add(about)
            _log.warning(about, error)

    def works_again(self, about: str) -> None:
        """It does: the next complaint is news."""
        self._complaints.discard(about)

    def _keep_beating(self, beat: Callable[[], object], ended: threading.Event) -> None:
        while not ended.wait(BEAT_S):
            try:
                beat()
                self.works_again(_BEAT)
            except Fenced:
                return  # who computes finds out by itself
            except StoreUnavailable as error:
                self.complain(_BEAT, error)
