"""The history of all runs, shared by every process that opens it.

Workers write, pages read, and whoever changes a run's state does so by
compare-and-set, so that any number of servers, workers and reapers can race.
Every change of state is an event in the run's log as well: a reader that
follows the log knows all.
"""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path

from resnet_viz.errors import InvalidSetting, NotFound, StoreUnavailable
from resnet_viz.events import (
    CheckpointSaved,
    Desired,
    Event,
    Failure,
    Progress,
    Rewound,
    RunState,
    StateChanged,
    Wish,
)
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.store import lifecycle
from resnet_viz.store.cells import Cells
from resnet_viz.store.columns import Frame, Layout
from resnet_viz.store.database import Database
from resnet_viz.store.find import find_group, find_run, list_groups, list_runs, new_id
from resnet_viz.store.home import database_url
from resnet_viz.store.labels import checked_name
from resnet_viz.store.library import Library
from resnet_viz.store.lifecycle import Heartbeat
from resnet_viz.store.log import add_entries, add_layouts, read_checkpoints, read_events
from resnet_viz.store.measurements import Measurements
from resnet_viz.store.migrations import migrate
from resnet_viz.store.predictions import Predictions
from resnet_viz.store.queue import Queue
from resnet_viz.store.records import Fenced, GroupRecord, RunRecord
from resnet_viz.store.rows import entries_of

_PROMPT_S = 0.5


def open_store(home: Path, url: str | None = None, *, clock: Callable[[], float] = time.time) -> "Store":
    """The history of ``home``, created or brought up to date where needed.

    Args:
        home: folder for checkpoints and, by default, the database.
        url: SQLAlchemy address (``sqlite:///…``, ``postgresql+psycopg://…``);
            by default ``RESNET_VIZ_DATABASE``, else ``history.sqlite`` in ``home``.
        clock: unix seconds.

    Raises:
        StoreUnavailable: it cannot be opened, or a newer version wrote it.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            "home_unusable",
            N_("The folder {place} cannot be used: {reason}."),
            place=str(home),
            reason=error.strerror or str(error),
        ) from error
    database = Database(url or database_url(home))
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(home, database, clock)


class Store:
    """Runs, their groups and their logs; safe to share between threads.

    Every method may raise `StoreUnavailable`. ``library`` is the same runs as a
    collection: listed, labelled, deleted, imported. ``cells`` finds runs by what
    they train, for sweeps; ``measurements`` are what else takes long; ``queue`` is
    what waits of both, for who admits it.
    """

    def __init__(self, home: Path, database: Database, clock: Callable[[], float]) -> None:
        self._home = home
        self._database = database
        self._clock = clock
        self._read_layouts: dict[str, Layout] = {}  # by digest; the content of a digest never changes
        self._written_layouts: set[Layout] = set()
        self.library = Library(home, database, clock)
        self.cells = Cells(database, clock)
        self.measurements = Measurements(database, clock)
        self.predictions = Predictions(database, clock)
        self.queue = Queue(database)

    @property
    def home(self) -> Path:
        """The folder of checkpoints, data sets and logs."""
        return self._home

    @property
    def url(self) -> str:
        """The database's address, password included, for other processes to open."""
        return self._database.url

    def close(self) -> None:
        """Close the database; the store is not usable afterwards."""
        self._database.close()

    def run_folder(self, run_id: str) -> Path:
        """Where the run's checkpoints are; not created here."""
        return self._home / "runs" / run_id

    def add_group(
        self,
        kind: str,
        owner: str,
        spec_json: str,
        runs: Sequence[RunSpec],
        *,
        name: str = "",
        run_ids: tuple[str, ...] = (),
    ) -> GroupRecord:
        """Record ``runs``, called ``run_ids`` if given, as queued in a new group; raises `InvalidSetting`."""
        now, ids = self._clock(), run_ids or tuple(new_id() for _ in runs)
        group = GroupRecord(new_id(), kind, owner, checked_name(name), spec_json, now, ids)
        with self._database.writing() as connection:
            lifecycle.add_queued(connection, group, runs)
        return group

    def run(self, run_id: str) -> RunRecord:
        """The run with this identifier or a unique beginning of four letters or more; raises `NotFound`."""
        with self._database.reading() as connection:
            return find_run(connection, run_id)

    def group(self, group_id: str) -> GroupRecord:
        """The group with this identifier or a unique beginning of four letters or more; raises `NotFound`."""
        with self._database.reading() as connection:
            return find_group(connection, group_id)

    def runs(
        self,
        *,
        group: str | None = None,
        kind: str | None = None,
        owner: str | None = None,
        states: Collection[RunState] | None = None,
        parents: Collection[str] | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """The runs (forks of ``parents``) that fit all given conditions, newest first, a group's in order."""
        with self._database.reading() as connection:
            return list_runs(connection, group, kind, owner, states, parents, limit)

    def groups(
        self, *, kind: str | None = None, owner: str | None = None, limit: int | None = None
    ) -> list[GroupRecord]:
        """The groups that fit every given condition, newest first."""
        with self._database.reading() as connection:
            return list_groups(connection, kind, owner, limit)

    def claim(self, run_id: str, worker: str) -> int | None:
        """Take a queued run for ``worker``: the number of the new attempt, or None where none is queued."""
        now = self._clock()
        with self._database.writing() as connection:
            try:
                run = lifecycle.lock(connection, run_id)
            except NotFound:
                return None
            if run.state is not RunState.QUEUED:
                return None
            attempt = lifecycle.start_attempt(connection, run_id, worker, now)
            lifecycle.enter(connection, run_id, run.sequence, StateChanged(RunState.RUNNING), now)
            return attempt

    def append(self, run_id: str, attempt: int, events: Iterable[Event]) -> None:
        """Record what happened, all of it or nothing; counts as a heartbeat.

        Waits for the disk when a checkpoint or an end is among ``events``: a
        power cut must not leave a checkpoint that is newer than its curves.

        Raises:
            Fenced: ``attempt`` does not hold the run (any more).
            ValueError: events after the run's end, or arrays that do not fit.
        """
        events = list(events)
        changes = [event for event in events if isinstance(event, StateChanged)]
        ended = [event.state.is_finished() for event in changes]
        if any(change.state is RunState.QUEUED for change in changes):
            raise ValueError("a worker cannot queue a run")
        if any(ended) and (ended.index(True) < len(ended) - 1 or events[-1] is not changes[-1]):
            raise ValueError("nothing can happen to a run after its end")
        entries = entries_of(events)
        layouts = {entry.source.layout for entry in entries if isinstance(entry.source, Frame)}
        new = layouts - self._written_layouts
        durable = any(ended) or any(isinstance(event, CheckpointSaved) for event in events)
        steps = [event.step for event in events if isinstance(event, Progress | Rewound)]
        now = self._clock()
        with self._database.writing(durable=durable) as connection:
            run = lifecycle.hold(connection, run_id, attempt)
            add_layouts(connection, new)
            sequence = add_entries(connection, run_id, run.sequence, entries, now)
            lifecycle.advance(connection, run_id, sequence, steps[-1] if steps else run.step, now)
            if changes:
                lifecycle.set_state(connection, run_id, changes[-1], now)
        self._written_layouts |= new

    def heartbeat(self, run_id: str, attempt: int, step: int) -> Desired:
        """Say that ``attempt`` is alive with ``step`` updates done; what its owner wants. Raises `Fenced`."""
        with self._database.writing() as connection:
            return lifecycle.beat(connection, run_id, attempt, step, self._clock())

    def desired(self, run_id: str, attempt: int) -> Desired:
        """What the run's owner wants, without writing anything. Raises `Fenced`."""
        with self._database.reading() as connection:
            return lifecycle.read_wish(connection, run_id, attempt)

    def set_desired(self, run_id: str, desired: Desired) -> RunState:
        """Say what should become of a run; raises `NotFound`.

        A queued run that is to stop is stopped at once. A run that has ended
        stays as it is; one that could be resumed is not, unless somebody asks
        for it, where its owner wanted anything but that it runs. Returns the
        state the run is in afterwards.
        """
        with self._database.writing() as connection:
            run = lifecycle.lock(connection, run_id)
            if run.state.is_finished() and (not run.state.is_resumable() or desired.wish is Wish.RUN):
                return run.state
            lifecycle.set_wish(connection, run_id, desired)
            if run.state is not RunState.QUEUED or desired.wish is not Wish.STOP:
                return run.state
            stopped = StateChanged(RunState.STOPPED)
            lifecycle.enter(connection, run_id, run.sequence, stopped, self._clock())
            return stopped.state

    def resume(self, run_id: str) -> None:
        """Queue a stopped, failed or lost run again; raises `NotFound`, `InvalidSetting` for others."""
        with self._database.writing() as connection:
            run = lifecycle.lock(connection, run_id)
            if run.is_deleted or run.origin == "imported":
                raise InvalidSetting(
                    "not_resumable_here",
                    N_("Run {id} was deleted or imported; only a run trained here can be continued."),
                    id=run_id,
                )
            if not run.state.is_resumable():
                raise InvalidSetting(
                    "not_resumable",
                    N_("Run {id} is {state}; only a stopped, failed or interrupted run can be continued."),
                    id=run_id,
                    state=run.state.value,
                )
            lifecycle.set_wish(connection, run_id, Desired())
            lifecycle.enter(connection, run_id, run.sequence, StateChanged(RunState.QUEUED), self._clock())

    def heartbeats(self) -> list[Heartbeat]:
        """The last sign of life of every run that a worker holds."""
        with self._database.reading() as connection:
            return lifecycle.read_heartbeats(connection)

    def can_write(self) -> bool:
        """Whether a transaction can be had now, without waiting for somebody who keeps the lock."""
        asked_at = time.monotonic()
        with self._database.writing(hasty=True):
            return time.monotonic() - asked_at <= _PROMPT_S

    def lose(self, last: Heartbeat) -> bool:
        """Mark a run as lost that has given no sign of life since ``last``; whether it was marked.

        Not where it has given one meanwhile, nor where writing would have to
        wait: what keeps this process from it may keep the run's worker from it too.
        """
        asked_at = time.monotonic()
        with self._database.writing(hasty=True) as connection:
            if time.monotonic() - asked_at > _PROMPT_S:
                return False
            try:
                run = lifecycle.hold(connection, last.run_id, last.attempt)
            except Fenced:
                return False
            if run.heartbeat_at != last.at:
                return False
            why = Failure(
                "worker_lost",
                N_(
                    "The process that trained this run ended unexpectedly after step {step}; the run "
                    "can be continued."
                ),
                {"step": run.step},
            )
            change = StateChanged(RunState.LOST, why)
            lifecycle.enter(connection, last.run_id, run.sequence, change, self._clock())
            return True

    def events_since(self, run_id: str, sequence: int) -> tuple[list[Event], int]:
        """What came after ``sequence`` (0: everything), and the number to ask with next time.

        The points of one curve come joined, up to the next `Rewound`; curves before
        other events. Cheap where nothing is new; an unknown run has no events.
        """
        with self._database.reading() as connection:
            return read_events(connection, run_id, sequence, self._read_layouts)

    def checkpoints(self, run_id: str) -> list[CheckpointSaved]:
        """By step: the kept checkpoints and the newest one."""
        with self._database.reading() as connection:
            return read_checkpoints(connection, run_id)
