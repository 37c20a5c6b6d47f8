"""Train queued runs in this process's care and show how they get on."""

import time
from collections.abc import Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from resnet_viz.cli.console import notes
from resnet_viz.cli.holdups import Holdups
from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import STATE_NAMES, RunState
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunReader, RunRecord, Store

_LOOK_EVERY_S = 0.1


def follow(store: Store, run_ids: Sequence[str]) -> list[RunRecord]:
    """Have ``run_ids`` trained and wait until all have ended; they are returned as they ended.

    A server on the same history may take them up as well; whoever comes first
    trains a run, and both see it. Interrupted, the runs are stopped with a
    checkpoint, and ``resume`` goes on with them. While the history cannot be
    written, the runs wait, and so does this.
    """
    slots = Capacity.of(Machine.here()).cpu_slots
    readers = {run_id: RunReader(store, run_id) for run_id in run_ids}
    with (
        Supervisor(store, warm=min(len(run_ids), slots)) as supervisor,
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
        holdups = Holdups(supervisor)
        bars = {
            run_id: progress.add_task(_title(run), total=run.total_steps, loss="")
            for run_id, run in ((run_id, store.run(run_id)) for run_id in run_ids)
        }
        while True:
            try:
                records = [store.run(run_id) for run_id in run_ids]
                for run in records:
                    _show(progress, bars[run.id], run, readers[run.id])
                if all(run.state.is_finished() for run in records):
                    return records
                holdups.look((_title(run), run) for run in records)
            except StoreUnavailable as error:
                holdups.unreadable(error)
            time.sleep(_LOOK_EVERY_S)


def _title(run: RunRecord) -> str:
    return _("{network}, seed {seed}").format(network=f"{run.role}-{run.spec.network.depth}", seed=run.seed)


def _show(progress: Progress, bar: TaskID, run: RunRecord, reader: RunReader) -> None:
    loss = reader.history().series.get("train/loss")
    latest = _("loss {value}").format(value=f"{loss.value[-1]:.3f}") if loss is not None and len(loss) else ""
    waiting = run.state in (RunState.QUEUED, RunState.PAUSED) or run.state.is_finished()
    title = _title(run)
    if waiting:
        title = _("{title} ({state})").format(title=title, state=_(STATE_NAMES[run.state]))
    progress.update(bar, completed=run.step, description=title, loss=latest)
