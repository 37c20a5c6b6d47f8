"""Following one run: what is new is read, what was read stays."""

import threading

from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.store.history_store import Store


class RunReader:
    """The history of one run, read piece by piece; safe to share between threads."""

    def __init__(self, store: Store, run_id: str) -> None:
        """Raises `NotFound`; ``run_id`` may be a unique beginning."""
        run = store.run(run_id)
        self.run_id = run.id
        self._store = store
        self._family = run.role
        self._seed = run.seed
        self._builder = HistoryBuilder()
        self._sequence = 0
        self._lock = threading.Lock()

    def history(self) -> RunHistory:
        """Everything recorded so far; raises `StoreUnavailable`, after which it can be asked again."""
        with self._lock:
            events, sequence = self._store.events_since(self.run_id, self._sequence)
            if events:
                self._builder.add(events)
                self._sequence = sequence
            return self._builder.history(self._family, self._seed)
