"""Train a sweep in this process's care and show how it gets on."""

import time

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from resnet_viz.cli.console import notes, say
from resnet_viz.cli.holdups import Holdups
from resnet_viz.errors import NotFound, StoreUnavailable
from resnet_viz.events import STATE_NAMES, RunState
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.experiments import (
    FilledCell,
    cells_of,
    experiment_group,
    resume_experiment,
    stop_experiment,
)
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, Store

_LOOK_EVERY_S = 0.2


def follow_sweep(store: Store, group: GroupRecord) -> list[FilledCell]:
    """Have the sweep trained and wait until nothing more will happen; its cells as they ended.

    A server on the same history may take up cells as well. Interrupted, the
    sweep is cancelled: running cells are stopped with a checkpoint.
    """
    cells = cells_of(store, group)
    open_cells = sum(not cell.is_settled for cell in cells)
    if not open_cells:
        return cells
    slots = Capacity.of(Machine.here()).cpu_slots
    with (
        Supervisor(store, warm=min(open_cells, slots)) as supervisor,
        Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=notes,
        ) as progress,
    ):
        supervisor.wake()
        steps = sum(cell.cell.run.train.steps for cell in cells)
        bars: dict[str, TaskID] = {"": progress.add_task(_("all steps"), total=steps)}
        attempts: dict[str, int] = {}
        holdups = Holdups(supervisor)
        try:
            while not all(cell.is_settled for cell in cells):
                time.sleep(_LOOK_EVERY_S)
                try:
                    cells = cells_of(store, group)
                except StoreUnavailable as error:
                    holdups.unreadable(error)
                    continue
                _show(progress, bars, cells)
                _name_retries(cells, attempts)
                holdups.look((place.cell.title, place.run) for place in cells if place.run is not None)
        except KeyboardInterrupt:
            # Before the supervisor lets go of its runs: what ends by itself would be taken up again.
            stop_experiment(store, group.id)
            command = f"python -m resnet_viz resume {group.id}"
            say(_("Interrupted. Continue with: {command}").format(command=command))
            raise
    return cells


def take_up_sweep(store: Store, name: str) -> list[FilledCell] | None:
    """Go on with the sweep called so and say how each cell ended; None where it is no sweep."""
    try:
        group = experiment_group(store, name)
    except NotFound:
        return None
    if not KINDS[group.kind].reuses:
        return None
    resume_experiment(store, group.id)
    cells = follow_sweep(store, group)
    for place in cells:
        state = _(STATE_NAMES[place.run.state]) if place.run else _("not trained")
        say(_("{name}: {text}").format(name=place.cell.title, text=state))
    return cells


def _show(progress: Progress, bars: dict[str, TaskID], cells: list[FilledCell]) -> None:
    done = 0
    for place in cells:
        run = place.run
        if run is None:
            continue
        done += run.step
        if run.state in (RunState.RUNNING, RunState.PAUSED):
            title = place.cell.title
            if run.id not in bars:
                bars[run.id] = progress.add_task(title, total=run.total_steps)
            if run.state is RunState.PAUSED:
                title = _("{title} ({state})").format(title=title, state=_(STATE_NAMES[run.state]))
            progress.update(bars[run.id], completed=run.step, description=title)
        elif run.id in bars:
            progress.remove_task(bars.pop(run.id))
    progress.update(bars[""], completed=done)


def _name_retries(cells: list[FilledCell], attempts: dict[str, int]) -> None:
    for place in cells:
        run = place.run
        if run is None:
            continue
        if 0 < attempts.get(run.id, run.attempt) < run.attempt:
            say(_("{title}: attempt {number}").format(title=place.cell.title, number=run.attempt))
        attempts[run.id] = run.attempt
