"""The history of all runs, shared by every process that opens it.

Workers write, pages read, and whoever changes a run's state does so by
compare-and-set, so that any number of servers, workers and reapers can race.
Every change of state is an event in the run's log as well: a reader that
follows the log knows all.
"""

import secrets
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import BindParameter, Connection, and_, bindparam, func, insert, select, update

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
from resnet_viz.store.database import Database
from resnet_viz.store.frames import Frame, Layout
from resnet_viz.store.home import database_url
from resnet_viz.store.log import add_entries, add_layouts, read_checkpoints, read_events
from resnet_viz.store.lookup import ID_LENGTH, ID_LETTERS, find_group, find_run, list_groups, list_runs
from resnet_viz.store.migrations import migrate
from resnet_viz.store.records import Fenced, GroupRecord, RunRecord, failure_fields
from resnet_viz.store.rows import entries_of
from resnet_viz.store.schema import run_groups
from resnet_viz.store.schema import runs as runs_table

_run: BindParameter[str] = bindparam("run")
_active = runs_table.c.state.in_([RunState.RUNNING.value, RunState.PAUSED.value])
_is_held = and_(runs_table.c.id == _run, runs_table.c.attempt == bindparam("held_by"), _active)
_LOCK = (
    select(runs_table.c.state, runs_table.c.sequence, runs_table.c.step)
    .where(runs_table.c.id == _run)
    .with_for_update()
)
_LOCK_HELD = (
    select(runs_table.c.state, runs_table.c.sequence, runs_table.c.step).where(_is_held).with_for_update()
)
_ADVANCE = (
    update(runs_table)
    .where(runs_table.c.id == _run)
    .values(sequence=bindparam("last"), step=bindparam("done"), heartbeat_at=bindparam("now"))
)
_CHANGE = update(runs_table).where(runs_table.c.id == _run)
_HEARTBEAT = (
    update(runs_table)
    .where(_is_held)
    .values(heartbeat_at=bindparam("now"), step=bindparam("done"))
    .returning(runs_table.c.wish, runs_table.c.until_step)
)
_DESIRED = select(runs_table.c.wish, runs_table.c.until_step).where(_is_held)
_STALE = select(runs_table.c.id, runs_table.c.attempt, runs_table.c.heartbeat_at).where(
    _active, runs_table.c.heartbeat_at < bindparam("before")
)


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
    migrate(database)
    return Store(home, database, clock)


class Store:
    """Runs, their groups and their logs; safe to share between threads.

    Every method may raise `StoreUnavailable`.
    """

    def __init__(self, home: Path, database: Database, clock: Callable[[], float]) -> None:
        self._home = home
        self._database = database
        self._clock = clock
        self._read_layouts: dict[str, Layout] = {}  # by digest; the content of a digest never changes
        self._written_layouts: set[Layout] = set()

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
        self, kind: str, owner: str, spec_json: str, runs: Sequence[RunSpec], *, name: str = ""
    ) -> GroupRecord:
        """Record ``runs`` as queued runs of a new group."""
        now = self._clock()
        group = GroupRecord(_new_id(), kind, owner, name, spec_json, now, tuple(_new_id() for _ in runs))
        with self._database.writing() as connection:
            connection.execute(
                insert(run_groups).values(
                    id=group.id, kind=kind, owner=owner, name=name, notes="", spec=spec_json, created_at=now
                )
            )
            rows = [
                _queued(run_id, group, position, spec)
                for position, (run_id, spec) in enumerate(zip(group.run_ids, runs, strict=True))
            ]
            if rows:
                connection.execute(insert(runs_table), rows)
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
        owner: str | None = None,
        states: Collection[RunState] | None = None,
        limit: int | None = None,
    ) -> list[RunRecord]:
        """The runs that fit every given condition, newest first, those of a group in their order."""
        with self._database.reading() as connection:
            return list_runs(connection, group, owner, states, limit)

    def groups(
        self, *, kind: str | None = None, owner: str | None = None, limit: int | None = None
    ) -> list[GroupRecord]:
        """The groups that fit every given condition, newest first."""
        with self._database.reading() as connection:
            return list_groups(connection, kind, owner, limit)

    def claim(self, run_id: str, worker: str) -> int | None:
        """Take a queued run for ``worker``: the number of the new attempt, or None where it is not queued."""
        now = self._clock()
        with self._database.writing() as connection:
            row = connection.execute(_LOCK, {"run": run_id}).one_or_none()
            if row is None or row.state != RunState.QUEUED:
                return None
            change = _CHANGE.values(
                attempt=runs_table.c.attempt + 1,
                worker=worker,
                heartbeat_at=now,
                started_at=func.coalesce(runs_table.c.started_at, now),
            )
            attempt = connection.execute(change.returning(runs_table.c.attempt), {"run": run_id}).scalar_one()
            self._enter(connection, run_id, row.sequence, StateChanged(RunState.RUNNING))
            return int(attempt)

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
        ended = next((i for i, event in enumerate(events) if _is_end(event)), None)
        if ended is not None and ended != len(events) - 1:
            raise ValueError("nothing can happen to a run after its end")
        if any(change.state is RunState.QUEUED for change in changes):
            raise ValueError("a worker cannot queue a run")
        entries = entries_of(events)
        layouts = {entry.source.layout for entry in entries if isinstance(entry.source, Frame)}
        new = layouts - self._written_layouts
        durable = ended is not None or any(isinstance(event, CheckpointSaved) for event in events)
        with self._database.writing(durable=durable) as connection:
            row = connection.execute(_LOCK_HELD, {"run": run_id, "held_by": attempt}).one_or_none()
            if row is None:
                raise _fenced(run_id, attempt)
            add_layouts(connection, new)
            sequence = add_entries(connection, run_id, row.sequence, entries)
            steps = [event.step for event in events if isinstance(event, Progress | Rewound)]
            done = steps[-1] if steps else row.step
            values = {"run": run_id, "last": sequence, "done": done, "now": self._clock()}
            connection.execute(_ADVANCE, values)
            if changes:
                self._set_state(connection, run_id, changes[-1])
        self._written_layouts |= new

    def heartbeat(self, run_id: str, attempt: int, step: int) -> Desired:
        """Say that ``attempt`` is alive with ``step`` updates done; what its owner wants. Raises `Fenced`."""
        with self._database.writing() as connection:
            values = {"run": run_id, "held_by": attempt, "now": self._clock(), "done": step}
            return _wanted(connection.execute(_HEARTBEAT, values).one_or_none(), run_id, attempt)

    def desired(self, run_id: str, attempt: int) -> Desired:
        """What the run's owner wants, without writing anything. Raises `Fenced`."""
        with self._database.reading() as connection:
            row = connection.execute(_DESIRED, {"run": run_id, "held_by": attempt}).one_or_none()
        return _wanted(row, run_id, attempt)

    def set_desired(self, run_id: str, desired: Desired) -> RunState:
        """Say what should become of a run; raises `NotFound`.

        A queued run that is to stop is stopped at once; a run that has ended
        stays as it is. Returns the state the run is in afterwards.
        """
        with self._database.writing() as connection:
            row = self._locked(connection, run_id)
            state = RunState(row.state)
            if state.is_finished():
                return state
            wish = {"wish": desired.wish.value, "until_step": desired.until_step}
            connection.execute(_CHANGE.values(**wish), {"run": run_id})
            if state is RunState.QUEUED and desired.wish is Wish.STOP:
                state = RunState.STOPPED
                self._enter(connection, run_id, row.sequence, StateChanged(state))
            return state

    def resume(self, run_id: str) -> None:
        """Queue a stopped, failed or lost run again; raises `NotFound`, `InvalidSetting` for others."""
        with self._database.writing() as connection:
            row = self._locked(connection, run_id)
            if not RunState(row.state).is_resumable():
                raise InvalidSetting(
                    "not_resumable",
                    N_("Run {id} is {state}; only a stopped, failed or lost run can be resumed."),
                    id=run_id,
                    state=row.state,
                )
            wish = {"wish": Wish.RUN.value, "until_step": 0}
            connection.execute(_CHANGE.values(worker=None, **wish), {"run": run_id})
            self._enter(connection, run_id, row.sequence, StateChanged(RunState.QUEUED))

    def reap(self, stale_s: float) -> list[str]:
        """Mark runs as lost whose worker has been silent for ``stale_s`` seconds; those it marked."""
        with self._database.reading() as connection:
            stale = connection.execute(_STALE, {"before": self._clock() - stale_s}).all()
        return [row.id for row in stale if self._lose(row.id, row.attempt, row.heartbeat_at)]

    def events_since(self, run_id: str, sequence: int) -> tuple[list[Event], int]:
        """What came after ``sequence`` (0: everything), and the number to ask with next time.

        The points of one curve come joined to one event, up to the next
        `Rewound`. Cheap where nothing is new; an unknown run has no events.
        """
        with self._database.reading() as connection:
            return read_events(connection, run_id, sequence, self._read_layouts)

    def checkpoints(self, run_id: str) -> list[CheckpointSaved]:
        """By step: the kept checkpoints and the newest one."""
        with self._database.reading() as connection:
            return read_checkpoints(connection, run_id)

    def _lose(self, run_id: str, attempt: int, heartbeat_at: float) -> bool:
        unchanged = and_(_is_held, runs_table.c.heartbeat_at == heartbeat_at)
        query = select(runs_table.c.sequence, runs_table.c.step).where(unchanged).with_for_update()
        with self._database.writing(durable=True) as connection:
            row = connection.execute(query, {"run": run_id, "held_by": attempt}).one_or_none()
            if row is None:
                return False
            why = Failure(
                "worker_lost",
                N_("The process that trained this run ended abruptly after step {step}; it can be resumed."),
                {"step": row.step},
            )
            self._enter(connection, run_id, row.sequence, StateChanged(RunState.LOST, why))
            return True

    def _locked(self, connection: Connection, run_id: str) -> Any:
        row = connection.execute(_LOCK, {"run": run_id}).one_or_none()
        if row is None:
            raise NotFound("not_found", N_("There is no run or group called {id}."), id=run_id[:60])
        return row

    def _enter(self, connection: Connection, run_id: str, sequence: int, change: StateChanged) -> None:
        last = add_entries(connection, run_id, sequence, entries_of([change]))
        connection.execute(_CHANGE.values(sequence=last), {"run": run_id})
        self._set_state(connection, run_id, change)

    def _set_state(self, connection: Connection, run_id: str, change: StateChanged) -> None:
        failure = failure_fields(change.failure)
        values = {
            "state": change.state.value,
            "ended_at": self._clock() if change.state.is_finished() else None,
            "failure": orjson.dumps(failure).decode() if failure else None,
        }
        connection.execute(_CHANGE.values(**values), {"run": run_id})


def _queued(run_id: str, group: GroupRecord, position: int, spec: RunSpec) -> dict[str, Any]:
    return {
        "id": run_id,
        "group_id": group.id,
        "position": position,
        "owner": group.owner,
        "role": spec.network.role,
        "seed": spec.train.seed,
        "spec": spec.to_json(),
        "digest": spec.digest(),
        "name": "",
        "notes": "",
        "state": RunState.QUEUED.value,
        "attempt": 0,
        "wish": Wish.RUN.value,
        "until_step": 0,
        "created_at": group.created_at,
        "step": 0,
        "total_steps": spec.train.steps,
        "sequence": 0,
    }


def _is_end(event: Event) -> bool:
    return isinstance(event, StateChanged) and event.state.is_finished()


def _wanted(row: Any, run_id: str, attempt: int) -> Desired:
    if row is None:
        raise _fenced(run_id, attempt)
    return Desired(Wish(row.wish), row.until_step)


def _fenced(run_id: str, attempt: int) -> Fenced:
    return Fenced(
        "fenced", N_("Attempt {attempt} does not hold run {id} any more."), id=run_id, attempt=attempt
    )


def _new_id() -> str:
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))
