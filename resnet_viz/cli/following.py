"""Train queued runs in this process's care and show how they get on."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from resnet_viz.cli.console import notes, say
from resnet_viz.cli.holdups import Holdups
from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import STATE_NAMES, RunState
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.experiments import FilledCell, cells_of, stop_experiment
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store

_LOOK_EVERY_S = 0.1
_MOST_BARS = 4
"""Of more runs there is one bar for all, and one for each that trains."""


class _Followed(NamedTuple):
    """A run that is waited for, if there is one yet; ``settled``: nothing more will happen by itself."""

    title: str
    steps: int
    run: RunRecord | None
    settled: bool


def follow_runs(store: Store, run_ids: Sequence[str]) -> list[RunRecord]:
    """Have ``run_ids`` trained and wait until all have ended; they are returned as they ended.

    A server on the same history may take them up as well; whoever comes first
    trains a run, and both see it. Interrupted, the runs are stopped with a
    checkpoint, and ``resume`` goes on with them. While the history cannot be
    written, the runs wait, and so does this.
    """

    def look() -> list[_Followed]:
        runs = [store.run(run_id) for run_id in run_ids]
        return [_Followed(_title(run), run.total_steps, run, run.state.is_finished()) for run in runs]

    return [found.run for found in _follow(store, look) if found.run is not None]


def follow_experiment(store: Store, group: GroupRecord) -> list[FilledCell]:
    """The same for all cells of an experiment; interrupted, it is stopped."""
    cells: list[FilledCell] = []

    def look() -> list[_Followed]:
        nonlocal cells
        cells = cells_of(store, group)
        return [
            _Followed(place.cell.title, place.cell.run.train.steps, place.run, place.is_settled)
            for place in cells
        ]

    try:
        _follow(store, look, on_interrupt=lambda: stop_experiment(store, group.id))
    except KeyboardInterrupt:
        command = f"python -m resnet_viz resume {group.id}"
        say(_("Interrupted. Continue with: {command}").format(command=command))
        raise
    for place in cells:
        if place.run is not None and place.run.failure is not None:
            say(_("{name}: {text}").format(name=place.cell.title, text=place.run.failure))
    return cells


def _follow(
    store: Store, look: Callable[[], list[_Followed]], on_interrupt: Callable[[], None] | None = None
) -> list[_Followed]:
    found = look()
    waiting = sum(not each.settled for each in found)
    if not waiting:
        return found
    slots = Capacity.of(Machine.here()).cpu_slots
    with (
        Supervisor(store, warm=min(waiting, slots)) as supervisor,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[loss]}"),
            TimeRemainingColumn(),
            console=notes,
        ) as progress,
    ):
        supervisor.wake()
        bars = _Bars(store, progress, found)
        holdups = Holdups(supervisor)
        try:
            while True:
                try:
                    found = look()
                    bars.show(found)
                    if all(each.settled for each in found):
                        return found
                    holdups.look((each.title, each.run) for each in found if each.run is not None)
                except StoreUnavailable as error:
                    holdups.unreadable(error)
                time.sleep(_LOOK_EVERY_S)
        except KeyboardInterrupt:
            # Before the supervisor lets go of its runs: what ends by itself may be taken up again.
            if on_interrupt is not None:
                on_interrupt()
            raise


class _Bars:
    """A bar for each of a few runs; for many, one for all steps and one for each run that trains."""

    def __init__(self, store: Store, progress: Progress, followed: Sequence[_Followed]) -> None:
        self._store = store
        self._progress = progress
        self._few = len(followed) <= _MOST_BARS
        self._bars: dict[str, TaskID] = {}
        self._readers: dict[str, RunReader] = {}
        self._attempts: dict[str, int] = {}
        self._all = None if self._few else self._add(_("all steps"), sum(each.steps for each in followed))

    def show(self, followed: Sequence[_Followed]) -> None:
        """What has changed."""
        done = 0
        for title, _steps, run, _settled in followed:
            if run is None:
                continue
            done += run.step
            self._name_retry(title, run)
            if self._few or run.state in (RunState.RUNNING, RunState.PAUSED):
                self._show_run(title, run)
            elif run.id in self._bars:
                self._progress.remove_task(self._bars.pop(run.id))
        if self._all is not None:
            self._progress.update(self._all, completed=done)

    def _show_run(self, title: str, run: RunRecord) -> None:
        if run.id not in self._bars:
            self._bars[run.id] = self._add(title, run.total_steps)
        reader = self._readers.setdefault(run.id, RunReader(self._store, run.id))
        loss = reader.history().series.get("train/loss")
        latest = _("loss {value}").format(value=f"{loss.value[-1]:.3f}") if loss and len(loss) else ""
        if run.state is not RunState.RUNNING:
            title = _("{title} ({state})").format(title=title, state=_(STATE_NAMES[run.state]))
        self._progress.update(self._bars[run.id], completed=run.step, description=title, loss=latest)

    def _name_retry(self, title: str, run: RunRecord) -> None:
        if 0 < self._attempts.get(run.id, run.attempt) < run.attempt:
            say(_("{title}: attempt {number}").format(title=title, number=run.attempt))
        self._attempts[run.id] = run.attempt

    def _add(self, title: str, total: int) -> TaskID:
        return self._progress.add_task(title, total=total, loss="")


def _title(run: RunRecord) -> str:
    return _("{network}, seed {seed}").format(network=f"{run.role}-{run.spec.network.depth}", seed=run.seed)
