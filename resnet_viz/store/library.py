"""The runs as a collection that its owners tend: list, label, delete and undo, import, free disk space.

Deleting marks a run; it is out of every list at once and can be restored until
`Library.purge` removes it with all it recorded.
"""

import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, exists, func, select, update

from resnet_viz.checkpoint_files import position_file
from resnet_viz.errors import InvalidSetting, StoreUnavailable
from resnet_viz.events import Desired, Event, RunState, StateChanged, Wish
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.store import lifecycle
from resnet_viz.store.columns import Frame
from resnet_viz.store.database import Database
from resnet_viz.store.find import new_id
from resnet_viz.store.group_listing import GroupPage, GroupSortKey, find_groups
from resnet_viz.store.labels import Labels, checked_name
from resnet_viz.store.listing import RunPage, RunQuery, find_runs
from resnet_viz.store.log import add_entries, add_layouts, read_times
from resnet_viz.store.records import GroupRecord
from resnet_viz.store.rows import entries_of
from resnet_viz.store.schema import checkpoints, run_groups, runs

UNDO_S = 7 * 24 * 3600.0
"""Deleted runs can be restored for at least so long, unless somebody removes them for good."""

_NOT_REMOVABLE = "not_removable"


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """A run that was trained elsewhere; ``events`` are its measurements and facts, without its end."""

    spec: RunSpec
    step: int
    ended: StateChanged
    events: Sequence[Event]
    labels: Labels
    started_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes on disk: the database, the checkpoints of runs, and those of deleted runs among them."""

    database_bytes: int
    weights_bytes: int
    deleted_bytes: int


class Library:
    """All runs of a store; every method may raise `StoreUnavailable`."""

    def __init__(self, home: Path, database: Database, clock: Callable[[], float]) -> None:
        self._home = home
        self._database = database
        self._clock = clock

    def find(self, query: RunQuery | None = None) -> RunPage:
        """The runs that ``query`` asks for, by default all that are not deleted, newest first."""
        with self._database.reading() as connection:
            return find_runs(connection, query or RunQuery())

    def find_groups(
        self, query: RunQuery | None = None, sort: GroupSortKey = "created", *, descending: bool = True
    ) -> GroupPage:
        """The groups with a run that ``query`` asks for, by default all; its order counts for nothing."""
        with self._database.reading() as connection:
            return find_groups(connection, query or RunQuery(), sort, descending=descending)

    def label(self, run_ids: Sequence[str], labels: Labels) -> None:
        """Change what is written on these runs, all or none; raises `NotFound`, `InvalidSetting`."""
        changes = labels.columns(self._clock())
        with self._database.writing() as connection:
            for run_id in run_ids:
                lifecycle.lock(connection, run_id)
                if changes:
                    connection.execute(update(runs).where(runs.c.id == run_id).values(**changes))

    def label_group(self, group_id: str, *, name: str | None = None, notes: str | None = None) -> None:
        """Change a group's name and notes; raises `InvalidSetting`."""
        changes = Labels(name=name, notes=notes).columns(self._clock())
        if changes:
            with self._database.writing() as connection:
                connection.execute(update(run_groups).where(run_groups.c.id == group_id).values(**changes))

    def delete(self, run_ids: Sequence[str], *, stop: bool = False) -> list[str]:
        """Delete runs so that it can be undone, all or none; returns those to `restore` for an undo.

        Queued runs are stopped first; deleted ones stay so. With ``stop``, runs in
        training are out of the lists at once and their workers end them soon.

        Raises:
            NotFound: there is no such run.
            InvalidSetting: a worker holds one of them, and it is not to be stopped.
        """
        now = self._clock()
        deleted = []
        with self._database.writing() as connection:
            for run_id in sorted(set(run_ids)):  # in one order, so that two cannot wait for each other
                run = lifecycle.lock(connection, run_id)
                if run.is_deleted:
                    continue
                if run.state is RunState.QUEUED:
                    stopped = StateChanged(RunState.STOPPED)
                    lifecycle.enter(connection, run_id, run.sequence, stopped, now)
                elif stop and not run.state.is_finished():
                    lifecycle.set_wish(connection, run_id, Desired(Wish.STOP))
                elif not run.state.is_finished():
                    raise InvalidSetting(
                        "run_active", N_("Run {id} is being trained; stop it before deleting it."), id=run_id
                    )
                connection.execute(update(runs).where(runs.c.id == run_id).values(deleted_at=now))
                deleted.append(run_id)
        return deleted

    def restore(self, run_ids: Sequence[str]) -> None:
        """Take a deletion back; raises `NotFound` for runs that are gone for good."""
        with self._database.writing() as connection:
            for run_id in sorted(set(run_ids)):
                lifecycle.lock(connection, run_id)
                connection.execute(update(runs).where(runs.c.id == run_id).values(deleted_at=None))

    def purge(self, older_than_s: float = 0.0, *, only: Collection[str] | None = None) -> list[str]:
        """Remove for good what was deleted at least ``older_than_s`` seconds ago; returns those runs.

        ``only`` limits it to these runs; those that a worker still holds are left.
        Files go first: cut off in between, the next purge finishes. One transaction
        a run, so that nobody restores it meanwhile and workers can write in between.

        Raises:
            StoreUnavailable: files cannot be removed; all other runs are gone.
        """
        gone_by = self._clock() - older_than_s
        with self._database.reading() as connection:
            doomed = connection.execute(
                select(runs.c.id, runs.c.group_id).where(runs.c.deleted_at <= gone_by)
            ).all()
        if only is not None:
            doomed = [run for run in doomed if run.id in only]
        gone, refused = [], None
        for run in doomed:
            try:
                if self._purge(run.id, run.group_id, gone_by):
                    gone.append(run.id)
            except StoreUnavailable as error:
                if error.code != _NOT_REMOVABLE:
                    raise
                refused = error
        if refused is not None:
            raise refused
        return gone

    def remove_weights(self, run_ids: Sequence[str], *, but_last: bool = False) -> int:
        """Remove the checkpoints of ended runs, curves stay; returns the bytes freed.

        ``but_last`` spares the newest. A stopped run without its checkpoint is
        resumed from the start. Raises `NotFound`, `InvalidSetting` for runs
        that have not ended.
        """
        freed = 0
        for run_id in run_ids:
            with self._database.writing() as connection:  # held, so that nobody resumes it meanwhile
                if not lifecycle.lock(connection, run_id).state.is_finished():
                    raise InvalidSetting(
                        "run_active",
                        N_("Run {id} has not ended; its checkpoints are still needed."),
                        id=run_id,
                    )
                freed += self._remove_weights(connection, run_id, but_last)
        return freed

    def disk_use(self) -> DiskUse:
        """What the history takes, as recorded; downloaded data sets are not in it."""
        if self._database.is_sqlite:
            size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        else:
            size = "SELECT pg_database_size(current_database())"
        weights = select(func.coalesce(func.sum(checkpoints.c.size_bytes), 0))
        deleted = weights.join(runs, runs.c.id == checkpoints.c.run_id).where(runs.c.deleted_at.is_not(None))
        with self._database.reading() as connection:
            return DiskUse(
                int(connection.exec_driver_sql(size).scalar_one()),
                int(connection.execute(weights).scalar_one()),
                int(connection.execute(deleted).scalar_one()),
            )

    def recorded_at(self, run_id: str, step: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """Unix seconds [n] at which the measurements of these steps [n] had been recorded."""
        with self._database.reading() as connection:
            times = read_times(connection, run_id)
        if not times:
            return np.zeros(len(step))
        last, recorded = (np.array(column) for column in zip(*times, strict=True))
        first_that_has_it = np.minimum(np.searchsorted(last, step), len(last) - 1)
        found: npt.NDArray[np.float64] = np.maximum.accumulate(recorded)[first_that_has_it]
        return found

    def add_imported(self, owner: str, imported: Sequence[ImportedRun], *, name: str = "") -> GroupRecord:
        """Record runs that ended elsewhere as a group of kind ``import``; raises `InvalidSetting`."""
        now = self._clock()
        ids = tuple(new_id() for _ in imported)
        group = GroupRecord(new_id(), "import", owner, checked_name(name), "{}", now, ids)
        with self._database.writing(durable=True) as connection:
            lifecycle.add_queued(connection, group, [run.spec for run in imported])
            for run_id, run in zip(group.run_ids, imported, strict=True):
                entries = entries_of(run.events)
                layouts = {entry.source.layout for entry in entries if isinstance(entry.source, Frame)}
                add_layouts(connection, layouts)
                sequence = add_entries(connection, run_id, 0, entries, now)
                lifecycle.enter(connection, run_id, sequence, run.ended, now)
                change = {
                    "origin": "imported",
                    "step": run.step,
                    "started_at": run.started_at,
                    "ended_at": run.ended_at,
                }
                columns = change | run.labels.columns(now)
                connection.execute(update(runs).where(runs.c.id == run_id).values(**columns))
        return group

    def _purge(self, run_id: str, group_id: str, gone_by: float) -> bool:
        """Remove a run and, with its last, its group; not one that was restored since."""
        is_doomed = (runs.c.id == run_id) & (runs.c.deleted_at <= gone_by) & ~lifecycle.ACTIVE
        is_empty = ~exists().where(runs.c.group_id == group_id)
        with self._database.writing() as connection:
            if connection.execute(select(runs.c.id).where(is_doomed).with_for_update()).first() is None:
                return False
            self._remove(self._home / "runs" / run_id)
            connection.execute(delete(runs).where(is_doomed))
            connection.execute(delete(run_groups).where(run_groups.c.id == group_id, is_empty))
        return True

    def _remove_weights(self, connection: Connection, run_id: str, but_last: bool) -> int:
        mine = checkpoints.c.run_id == run_id
        found = connection.execute(select(checkpoints).where(mine).order_by(checkpoints.c.step)).all()
        freed = 0
        for row in found[:-1] if but_last else found:
            folder = self._home / "runs" / run_id
            self._remove(folder / row.path)
            if row.kept:
                self._remove(folder / position_file(row.step))
            connection.execute(delete(checkpoints).where(mine, checkpoints.c.path == row.path))
            freed += row.size_bytes
        return freed

    def _remove(self, path: Path) -> None:
        try:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                _NOT_REMOVABLE,
                N_("{place} cannot be removed: {reason}."),
                place=str(path),
                reason=error.strerror or str(error),
            ) from error
