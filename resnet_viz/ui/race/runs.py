"""The runs of a race as the page reads them: records, histories, and how fast they go."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final

import streamlit as st

from resnet_viz.events import RunState, Wish
from resnet_viz.history import RunHistory
from resnet_viz.specs import Role
from resnet_viz.store import RunReader, RunRecord
from resnet_viz.ui import server

_RATE_WINDOW_S: Final = 6.0
_SAMPLES: Final = "race_rate_samples"


@dataclass(frozen=True, slots=True)
class RaceRuns:
    """All runs of one race as they stand, in the order they were asked for."""

    runs: tuple[RunRecord, ...]

    @property
    def ended(self) -> bool:
        """Whether nothing moves any more."""
        return all(run.state.is_finished() for run in self.runs)

    @property
    def active(self) -> tuple[RunRecord, ...]:
        """Runs that wait, train or pause."""
        return tuple(run for run in self.runs if not run.state.is_finished())

    @property
    def resumable(self) -> tuple[RunRecord, ...]:
        """Runs that ended early and can be taken up again."""
        return tuple(run for run in self.runs if run.state.is_resumable())

    @property
    def pausing(self) -> bool:
        """Whether the owner wants the race to pause."""
        return bool(self.active) and all(run.desired.wish is Wish.PAUSE for run in self.active)

    @property
    def paused(self) -> bool:
        """Whether some run stands still and the others wait."""
        states = {run.state for run in self.active}
        return RunState.PAUSED in states and RunState.RUNNING not in states

    def of(self, role: Role) -> tuple[RunRecord, ...]:
        """The runs of one role."""
        return tuple(run for run in self.runs if run.role == role)


def read_runs(group_id: str) -> RaceRuns:
    """The runs of a race; raises `StoreUnavailable`."""
    return RaceRuns(tuple(server.store().runs(group=group_id)))


def read_histories(runs: Sequence[RunRecord]) -> list[RunHistory]:
    """What has been recorded of each run; only what is new is read."""
    return [_reader(run.id).history() for run in runs]


def steps_per_s(runs: Sequence[RunRecord]) -> float | None:
    """How fast ``runs`` go together, from what this page saw in the last seconds; None while unknown."""
    samples: dict[str, deque[tuple[float, int]]] = st.session_state.setdefault(_SAMPLES, {})
    now = monotonic()
    total = 0.0
    for run in runs:
        if run.state is not RunState.RUNNING:
            samples.pop(run.id, None)
            continue
        seen = samples.setdefault(run.id, deque())
        if seen and run.step < seen[-1][1]:
            seen.clear()
        if not seen or run.step > seen[-1][1]:
            seen.append((now, run.step))
        while len(seen) > 2 and now - seen[0][0] > _RATE_WINDOW_S:
            seen.popleft()
        (first, start), (last, end) = seen[0], seen[-1]
        if last > first:
            total += (end - start) / (last - first)
    return total or None


@st.cache_resource(show_spinner=False, max_entries=64)
def _reader(run_id: str) -> RunReader:
    return RunReader(server.store(), run_id)
