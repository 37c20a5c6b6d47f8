"""An experiment as its page reads it: cells, their runs, what was recorded of each, and how fast they go."""

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
from resnet_viz.experiments.kinds import KINDS, Kind
from resnet_viz.history import RunHistory
from resnet_viz.jobs.experiments import FilledCell, cells_of, spec_of
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.ui import server

_RATE_WINDOW_S: Final = 10.0
_LEAST_S: Final = 1.0
"""Shorter looks would make the rate jump."""
_SAMPLES: Final = "experiment_rate_samples"
_MOST_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """All cells of one experiment as they stand."""

    group: GroupRecord
    spec: Experiment
    cells: tuple[FilledCell, ...]

    @property
    def kind(self) -> Kind:
        """What kind of experiment it is."""
        return KINDS[self.group.kind]

    @property
    def settled(self) -> bool:
        """Whether nothing moves any more."""
        return all(place.is_settled for place in self.cells)

    @property
    def finished(self) -> int:
        """How many cells have their result."""
        return sum(place.state in (RunState.FINISHED, RunState.DIVERGED) for place in self.cells)

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        """The runs of all cells that have one, its own or another experiment's."""
        return tuple(place.run for place in self.cells if place.run is not None)

    @property
    def own(self) -> tuple[RunRecord, ...]:
        """The runs that this experiment itself has queued."""
        return tuple(place.run for place in self.cells if place.run is not None and not place.reused)

    @property
    def active(self) -> tuple[RunRecord, ...]:
        """Own runs that wait, train or pause."""
        return tuple(run for run in self.own if not run.state.is_finished())

    @property
    def pausing(self) -> bool:
        """Whether the owner wants the experiment to pause."""
        return bool(self.active) and all(run.desired.wish is Wish.PAUSE for run in self.active)

    @property
    def paused(self) -> bool:
        """Whether some run stands still and the others wait."""
        states = {run.state for run in self.active}
        return RunState.PAUSED in states and RunState.RUNNING not in states

    @property
    def open_cells(self) -> tuple[FilledCell, ...]:
        """Cells without a result that somebody has to ask for again."""
        return tuple(
            place
            for place in self.cells
            if place.is_settled
            and (place.run.state.is_resumable() if place.run is not None else self.kind.reuses)
        )

    @property
    def failed(self) -> tuple[FilledCell, ...]:
        """Cells that broke off."""
        return tuple(place for place in self.cells if place.state in BROKEN)

    def of(self, family: str) -> tuple[RunRecord, ...]:
        """The runs of one network type."""
        return tuple(place.run for place in self.cells if place.run and place.cell.family == family)


def read_view(group: GroupRecord) -> ExperimentView:
    """The experiment as it stands now; raises `StoreUnavailable`."""
    store = server.store()
    group = store.group(group.id)
    return ExperimentView(group, spec_of(group), tuple(cells_of(store, group)))


def read_cells(view: ExperimentView) -> list[CellHistory]:
    """What has been recorded of each cell that has a run; only what is new is read."""
    return [place.recorded(read_history(place.run)) for place in view.cells if place.run is not None]


def read_history(run: RunRecord) -> RunHistory:
    """What has been recorded of ``run``; only what is new is read."""
    return _histories(server.store().home).of(run)


def steps_per_s(runs: Sequence[RunRecord]) -> float | None:
    """How fast ``runs`` go together, from what this page saw in the last seconds; None while unknown."""
    moving = any(run.state is RunState.RUNNING for run in runs)
    return _speed(",".join(run.id for run in runs), sum(run.step for run in runs), moving=moving)


def seconds_left(view: ExperimentView) -> float | None:
    """Time to go, from what this page saw in the last seconds; None while unknown.

    A step costs about as much as the network is deep.
    """
    done = sum(run.spec.network.depth * run.step for run in view.own)
    speed = _speed(view.group.id, done, moving=not view.pausing)
    total = sum(run.spec.network.depth * run.total_steps for run in view.own)
    return (total - done) / speed if speed else None


def _speed(name: str, done: int, *, moving: bool) -> float | None:
    """How much of ``done`` comes each second; ``name`` tells it from what else the page looks at.

    Of all runs at once, so that it is known while one ends and the next begins.
    """
    samples: dict[str, deque[tuple[float, int]]] = st.session_state.setdefault(_SAMPLES, {})
    if not moving:
        samples.pop(name, None)
        return None
    now = monotonic()
    seen = samples.setdefault(name, deque())
    if seen and (done < seen[-1][1] or now - seen[-1][0] > _RATE_WINDOW_S):
        seen.clear()  # a run was rewound, or nobody has looked for a while
    seen.append((now, done))
    while len(seen) > 2 and now - seen[0][0] > _RATE_WINDOW_S:
        seen.popleft()
    (first, start), (last, end) = seen[0], seen[-1]
    return (end - start) / (last - first) if last - first >= _LEAST_S and end > start else None


class _Histories:
    """The histories of runs that pages show; those of finished runs are not asked for again."""

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


@st.cache_resource(show_spinner=False)
def _histories(home: Path) -> _Histories:  # one for each history: a test has its own
    return _Histories(server.store())
