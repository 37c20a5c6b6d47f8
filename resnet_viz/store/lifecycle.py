"""From queued to ended: who holds a run, what its owner wants, which state it is in.

All functions work inside the caller's transaction. `lock` and `hold` keep
every other writer away from the run until it ends.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, insert, select, update

from resnet_viz.errors import NotFound
from resnet_viz.events import Desired, RunState, StateChanged, Wish
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.store.log import add_entries
from resnet_viz.store.records import Fenced, GroupRecord, Origin, failure_fields
from resnet_viz.store.rows import entries_of, to_json
from resnet_viz.store.schema import run_groups, runs

_run: BindParameter[str] = bindparam("run")
ACTIVE = runs.c.state.in_([RunState.RUNNING.value, RunState.PAUSED.value])
"""Whether a worker holds a run."""
_held = and_(runs.c.id == _run, runs.c.attempt == bindparam("held_by"), ACTIVE)
_LOCK = (
    select(runs.c.state, runs.c.sequence, runs.c.step, runs.c.deleted_at, runs.c.origin)
    .where(runs.c.id == _run)
    .with_for_update()
)
_HOLD = select(runs.c.sequence, runs.c.step, runs.c.heartbeat_at).where(_held).with_for_update()
_DESIRED = select(runs.c.wish, runs.c.until_step).where(_held)
_CHANGE = update(runs).where(runs.c.id == _run)
_ADVANCE = _CHANGE.values(sequence=bindparam("last"), step=bindparam("done"), heartbeat_at=bindparam("now"))
_HEARTBEAT = (
    update(runs)
    .where(_held)
    .values(heartbeat_at=bindparam("now"), step=bindparam("done"))
    .returning(runs.c.wish, runs.c.until_step)
)
_BEATS = select(runs.c.id, runs.c.attempt, runs.c.heartbeat_at).where(ACTIVE)


class Standing(NamedTuple):
    """Where a run stands; ``sequence`` is the last number of its log."""

    state: RunState
    sequence: int
    step: int
    is_deleted: bool
    origin: Origin


class Held(NamedTuple):
    """Where a run stands that a worker holds."""

    sequence: int
    step: int
    heartbeat_at: float


class Heartbeat(NamedTuple):
    """The last sign of life of an attempt at a run or measurement, at ``at`` by its worker's clock."""

    run_id: str
    attempt: int
    at: float


def add_queued(connection: Connection, group: GroupRecord, specs: Sequence[RunSpec]) -> None:
    """Record ``group`` and its runs, queued."""
    connection.execute(
        insert(run_groups).values(
            id=group.id,
            kind=group.kind,
            owner=group.owner,
            name=group.name,
            notes="",
            spec=group.spec_json,
            created_at=group.created_at,
        )
    )
    add_runs(connection, group, specs, group.created_at)


def add_runs(
    connection: Connection, group: GroupRecord, specs: Sequence[RunSpec], now: float, first_position: int = 0
) -> None:
    """Queue a run of each spec in a recorded group; the last of ``group.run_ids`` are theirs."""
    run_ids = group.run_ids[len(group.run_ids) - len(specs) :]
    rows = [
        {
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
            "created_at": now,
            "step": spec.first_step,
            "total_steps": spec.train.steps,
            "sequence": 0,
            "tags": "[]",
            "origin": "trained",
            "depth": spec.network.depth,
            "dataset": spec.data.dataset,
        }
        for position, (run_id, spec) in enumerate(zip(run_ids, specs, strict=True), first_position)
    ]
    if rows:
        connection.execute(insert(runs), rows)


def lock(connection: Connection, run_id: str) -> Standing:
    """Where the run stands, and keep it there; raises `NotFound`."""
    row = connection.execute(_LOCK, {"run": run_id}).one_or_none()
    if row is None:
        raise NotFound("not_found", N_("There is no run or group with the ID {id}."), id=run_id[:60])
    return Standing(RunState(row.state), row.sequence, row.step, row.deleted_at is not None, row.origin)


def hold(connection: Connection, run_id: str, attempt: int) -> Held:
    """Where the run that ``attempt`` holds stands, and keep it there; raises `Fenced`."""
    row = connection.execute(_HOLD, {"run": run_id, "held_by": attempt}).one_or_none()
    if row is None:
        raise _fenced(run_id, attempt)
    return Held(row.sequence, row.step, row.heartbeat_at)


def start_attempt(connection: Connection, run_id: str, worker: str, now: float) -> int:
    """Give the run to ``worker``; the number of the new attempt."""
    change = _CHANGE.values(
        attempt=runs.c.attempt + 1,
        worker=worker,
        heartbeat_at=now,
        started_at=func.coalesce(runs.c.started_at, now),
    )
    return int(connection.execute(change.returning(runs.c.attempt), {"run": run_id}).scalar_one())


def advance(connection: Connection, run_id: str, sequence: int, step: int, now: float) -> None:
    """Record how far log and training have come; counts as a heartbeat."""
    connection.execute(_ADVANCE, {"run": run_id, "last": sequence, "done": step, "now": now})


def enter(connection: Connection, run_id: str, sequence: int, change: StateChanged, now: float) -> None:
    """Put the run into a state and say so in its log, whose last number is ``sequence``."""
    last = add_entries(connection, run_id, sequence, entries_of([change]), now)
    connection.execute(_CHANGE.values(sequence=last), {"run": run_id})
    set_state(connection, run_id, change, now)


def set_state(connection: Connection, run_id: str, change: StateChanged, now: float) -> None:
    """Put the run into a state that its log already has."""
    failure = failure_fields(change.failure)
    values = {
        "state": change.state.value,
        "ended_at": now if change.state.is_finished() else None,
        "failure": to_json(failure).decode() if failure else None,
    }
    connection.execute(_CHANGE.values(**values), {"run": run_id})


def set_wish(connection: Connection, run_id: str, desired: Desired) -> None:
    """Record what the owner wants."""
    values = {"wish": desired.wish.value, "until_step": desired.until_step}
    connection.execute(_CHANGE.values(**values), {"run": run_id})


def beat(connection: Connection, run_id: str, attempt: int, step: int, now: float) -> Desired:
    """Record a heartbeat; what the owner wants. Raises `Fenced`."""
    values = {"run": run_id, "held_by": attempt, "now": now, "done": step}
    return _desired(connection.execute(_HEARTBEAT, values).one_or_none(), run_id, attempt)


def read_wish(connection: Connection, run_id: str, attempt: int) -> Desired:
    """What the owner wants. Raises `Fenced`."""
    row = connection.execute(_DESIRED, {"run": run_id, "held_by": attempt}).one_or_none()
    return _desired(row, run_id, attempt)


def read_heartbeats(connection: Connection) -> list[Heartbeat]:
    """The last heartbeat of every run that a worker holds."""
    return [Heartbeat(*row) for row in connection.execute(_BEATS)]


def _desired(row: Any, run_id: str, attempt: int) -> Desired:
    if row is None:
        raise _fenced(run_id, attempt)
    return Desired(Wish(row.wish), row.until_step)


def _fenced(run_id: str, attempt: int) -> Fenced:
    return Fenced(
        "fenced",
        N_("Another process has taken over run {id} from attempt {attempt}."),
        id=run_id,
        attempt=attempt,
    )
