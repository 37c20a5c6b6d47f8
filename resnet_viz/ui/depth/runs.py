"""A sweep as the page reads it: its cells, their runs, and what has been recorded of each."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final

import streamlit as st

from resnet_viz.events import BROKEN, RunState, Wish
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.history import RunHistory
from resnet_viz.jobs.experiments import FilledCell, cells_of, spec_of
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.ui import server

_RATE_WINDOW_S: Final = 20.0
_SAMPLES: Final = "depth_rate_samples"


@dataclass(frozen=True, slots=True)
class SweepView:
    """All cells of one sweep as they stand."""

    group: GroupRecord
    spec: Experiment
    cells: tuple[FilledCell, ...]

    @property
    def settled(self) -> bool:
        """Whether nothing moves any more."""
        return all(place.is_settled for place in self.cells)

    @property
    def finished(self) -> int:
        """How many cells have their result."""
        return sum(place.state in (RunState.FINISHED, RunState.DIVERGED) for place in self.cells)

    @property
    def own(self) -> tuple[RunRecord, ...]:
        """The runs that this sweep itself has queued."""
        return tuple(place.run for place in self.cells if place.run is not None and not place.reused)

    @property
    def active(self) -> tuple[RunRecord, ...]:
        """Own runs that wait, train or pause."""
        return tuple(run for run in self.own if not run.state.is_finished())

    @property
    def pausing(self) -> bool:
        """Whether the owner wants the sweep to pause."""
        return bool(self.active) and all(run.desired.wish is Wish.PAUSE for run in self.active)

    @property
    def open_cells(self) -> tuple[FilledCell, ...]:
        """Cells without a result that somebody has to ask for again."""
        return tuple(
            place
            for place in self.cells
            if place.is_settled and (place.run is None or place.run.state.is_resumable())
        )

    @property
    def failed(self) -> tuple[FilledCell, ...]:
        """Cells that broke off."""
        return tuple(place for place in self.cells if place.state in BROKEN)


def read_sweep(group: GroupRecord) -> SweepView:
    """The sweep as it stands now; raises `StoreUnavailable`."""
    store = server.store()
    group = store.group(group.id)
    return SweepView(group, spec_of(group), tuple(cells_of(store, group)))


def read_cells(cells: Sequence[FilledCell]) -> list[CellHistory]:
    """What has been recorded of each cell that has a run; only what is new is read."""
    histories = _histories(server.store().home)
    return [
        CellHistory(place.cell.family, place.cell.depth, place.cell.seed, histories.of(place.run))
        for place in cells
        if place.run is not None
    ]


def seconds_left(view: SweepView) -> float | None:
    """Time to go, from what this page saw in the last seconds; None while unknown.

    A step costs about as much as the network is deep.
    """
    done, total = 0, 0
    for place in view.cells:
        if place.run is not None and not place.reused:
            done += place.cell.depth * place.run.step
            total += place.cell.depth * place.run.total_steps
    samples: dict[str, deque[tuple[float, int]]] = st.session_state.setdefault(_SAMPLES, {})
    seen = samples.setdefault(view.group.id, deque())
    now = monotonic()
    if view.pausing or (seen and (done < seen[-1][1] or now - seen[-1][0] > _RATE_WINDOW_S)):
        seen.clear()
    seen.append((now, done))
    while len(seen) > 2 and now - seen[0][0] > _RATE_WINDOW_S:
        seen.popleft()
    (first, start), (last, end) = seen[0], seen[-1]
    if last - first < 2 or end <= start:
        return None
    return (total - done) * (last - first) / (end - start)


class _Histories:
    """The histories of all sweeps' runs; those of finished runs are not asked for again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._readers: dict[str, RunReader] = {}
        self._finished: dict[tuple[str, int], RunHistory] = {}

    def of(self, run: RunRecord) -> RunHistory:
        key = (run.id, run.attempt)
        with self._lock:
            known = self._finished.get(key)
            if known is not None:
                return known
            if len(self._readers) + len(self._finished) >= _MOST_KEPT:
                self._readers.clear()
                self._finished.clear()
            reader = self._readers.setdefault(run.id, RunReader(self._store, run.id))
        history = reader.history()
        if history.state is RunState.FINISHED:
            with self._lock:
                self._finished[key] = history
                self._readers.pop(run.id, None)
        return history


_MOST_KEPT: Final = 1000


@st.cache_resource(show_spinner=False)
def _histories(home: Path) -> _Histories:  # one for each history: a test has its own
    return _Histories(server.store())
