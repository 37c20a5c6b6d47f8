"""An experiment as its page reads it: cells, their runs, what was recorded of each, and how fast they go."""

from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.events import BROKEN, RunState, Wish
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import KINDS, Kind
from resnet_viz.history import RunHistory
from resnet_viz.jobs.experiments import FilledCell, cells_of, spec_of
from resnet_viz.jobs.forks import forked_cells
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store
from resnet_viz.ui import server

_RATE_WINDOW_S: Final = 10.0
_LEAST_S: Final = 1.0
"""Shorter looks would make the rate jump."""
_SAMPLE_S: Final = 0.2
_MOST_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """All cells of one experiment as they stand."""

    group: GroupRecord
    spec: Experiment
    cells: tuple[FilledCell, ...]
    forks: tuple[FilledCell, ...] = ()
    """What goes on from its runs; each in the place of its parent, with a spec of its own."""

    @property
    def kind(self) -> Kind:
        """What kind of experiment it is."""
        return KINDS[self.group.kind]

    @property
    def settled(self) -> bool:
        """Whether nothing moves any more."""
        return all(place.is_settled for place in self.cells)

    @property
    def still(self) -> bool:
        """The same, of forks as well."""
        return self.settled and all(place.is_settled for place in self.forks)

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
    def stopping(self) -> bool:
        """Whether the owner wants the experiment to end, which its runs do after their present step."""
        return bool(self.active) and all(run.desired.wish is Wish.STOP for run in self.active)

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


class Standing(NamedTuple):
    """An experiment as it stands, and what was recorded of each cell that has a run."""

    view: ExperimentView
    cells: Sequence[CellHistory]


def histories_of(standing: Standing) -> list[RunHistory]:
    """What was recorded of each cell that has a run."""
    return [cell.history for cell in standing.cells]


@dataclass(frozen=True, slots=True)
class ExperimentSource:
    """An experiment, to be followed."""

    group: GroupRecord

    @property
    def key(self) -> Hashable:
        """For each history and experiment one."""
        return server.store().home, "experiment", self.group.id

    def read(self) -> Standing:
        """How it stands now; only what is new is read; raises `NotFound` and `StoreUnavailable`."""
        view = read_view(self.group)
        return Standing(view, read_cells(view))


def stamp(standing: Standing) -> str:
    """Differs whenever something begins, pauses or ends, or was recorded that is said once."""
    view, cells = standing
    places = [
        (place.state, place.run.attempt, place.run.desired.wish) if place.run is not None else None
        for place in (*view.cells, *view.forks)
    ]
    known = [sorted(cell.history.facts) for cell in cells]
    return sha256(repr((view.group.name, places, known)).encode()).hexdigest()[:16]


def read_view(group: GroupRecord) -> ExperimentView:
    """The experiment as it stands now; raises `StoreUnavailable`."""
    store = server.store()
    group = store.group(group.id)
    cells = cells_of(store, group)
    # A run in a sweep may be many sweeps'; what became of it elsewhere is none of its charts.
    forks = () if KINDS[group.kind].reuses else forked_cells(store, cells)
    return ExperimentView(group, spec_of(group), tuple(cells), tuple(forks))


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
    return _speeds().of(server.store().home, name, done, moving=moving)


class _Speeds:
    """How much of what pages follow comes each second, as this server sees it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._samples: OrderedDict[Hashable, deque[tuple[float, int]]] = OrderedDict()

    def of(self, home: Path, name: str, done: int, *, moving: bool) -> float | None:
        """How much of ``done`` comes each second; ``name`` tells it from what else is looked at.

        Of all runs at once, so that it is known while one ends and the next begins.
        """
        now, key = monotonic(), (home, name)
        with self._lock:
            if not moving:
                self._samples.pop(key, None)
                return None
            seen = self._samples.setdefault(key, deque())
            self._samples.move_to_end(key)
            while len(self._samples) > _MOST_KEPT:
                self._samples.popitem(last=False)
            if seen and (done < seen[-1][1] or now - seen[-1][0] > _RATE_WINDOW_S):
                seen.clear()  # a run was rewound, or nobody has looked for a while
            if not seen or now - seen[-1][0] >= _SAMPLE_S:  # many may look
                seen.append((now, done))
            while len(seen) > 2 and now - seen[0][0] > _RATE_WINDOW_S:
                seen.popleft()
            (first, start), (last, end) = seen[0], seen[-1]
        return (end - start) / (last - first) if last - first >= _LEAST_S and end > start else None


@st.cache_resource(show_spinner=False)
def _speeds() -> _Speeds:
    return _Speeds()


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
