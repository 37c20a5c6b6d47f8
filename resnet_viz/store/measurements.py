"""Measurements: what a task computes for a spec, so that it is taken up again instead of computed twice.

A measurement has the states, the wish, the fenced attempts and the heartbeat of
a run. It has no log and no checkpoint: what there is so far replaces what there
was, and one whose process dies is queued again from its start.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, func, select, text, update

from resnet_viz.errors import NotFound
from resnet_viz.events import Failure, RunState, Wish
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.store.database import Database
from resnet_viz.store.find import new_id
from resnet_viz.store.lifecycle import Heartbeat
from resnet_viz.store.measurement_records import MeasurementRecord, MeasurementSpec, record_of
from resnet_viz.store.records import Fenced, failure_fields
from resnet_viz.store.rows import to_json
from resnet_viz.store.schema import measurements

MOST_ATTEMPTS: Final = 3
"""So often a measurement whose process dies is taken up; after that it is lost."""

_UNDER_WAY: Final = (RunState.QUEUED.value, RunState.RUNNING.value)
_COLUMNS: Final = (
    "id, task, spec, digest, machine, device, fills, owner, state, attempt, wish, slots, created_at, share"
)
_ADD = text(
    f"INSERT INTO measurements ({_COLUMNS})"
    f" VALUES ({', '.join(f':{name}' for name in _COLUMNS.split(', '))}) ON CONFLICT DO NOTHING"
)


class Measurements:
    """The measurements of a store; every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def known(self, spec: MeasurementSpec, *, since_s: float) -> MeasurementRecord | None:
        """The newest of ``spec``: under way, or ended no more than ``since_s`` ago."""
        with self._database.reading() as connection:
            return self._known(connection, spec, since_s)

    def ask(
        self, spec: MeasurementSpec, owner: str, *, since_s: float, anew: bool = False
    ) -> MeasurementRecord:
        """The one under way or finished no more than ``since_s`` ago; else one that is queued now.

        ``anew``: one that has finished does not do. One transaction: whoever
        asks twice, or from two processes, has it measured once. What the new
        one supersedes is removed.
        """
        now = self._clock()
        with self._database.writing() as connection:
            known = self._known(connection, spec, since_s)
            if known is not None:
                is_done = known.state is RunState.FINISHED and not anew
                if is_done or not known.state.is_finished():
                    return known
            same = _same(spec)
            connection.execute(delete(measurements).where(same, measurements.c.state.not_in(_UNDER_WAY)))
            connection.execute(
                _ADD,
                {
                    "id": new_id(),
                    "task": spec.task,
                    "spec": to_json(spec.values).decode(),
                    "digest": spec.digest(),
                    "machine": spec.machine,
                    "device": spec.device,
                    "fills": spec.fills,
                    "owner": owner,
                    "state": RunState.QUEUED.value,
                    "attempt": 0,
                    "wish": Wish.RUN.value,
                    "slots": 1,
                    "created_at": now,
                    "share": 0.0,
                },
            )
            row = connection.execute(select(measurements).where(same)).one()
        return record_of(row)

    def get(self, measurement_id: str) -> MeasurementRecord:
        """The measurement with this identifier; raises `NotFound`."""
        with self._database.reading() as connection:
            return self._get(connection, measurement_id)

    def under_way(self) -> list[MeasurementRecord]:
        """Those that wait or run, the oldest first."""
        query = select(measurements).where(measurements.c.state.in_(_UNDER_WAY))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(measurements.c.created_at, measurements.c.id)).all()
        return [record_of(row) for row in rows]

    def claim(self, measurement_id: str, worker: str, slots: int) -> int | None:
        """Take a queued one for ``worker``: the number of the new attempt, or None where none is queued."""
        now = self._clock()
        change = (
            update(measurements)
            .where(measurements.c.id == measurement_id, measurements.c.state == RunState.QUEUED.value)
            .values(
                state=RunState.RUNNING.value,
                attempt=measurements.c.attempt + 1,
                worker=worker,
                slots=slots,
                started_at=func.coalesce(measurements.c.started_at, now),
                heartbeat_at=now,
            )
        )
        with self._database.writing() as connection:
            attempt = connection.execute(change.returning(measurements.c.attempt)).scalar_one_or_none()
        return None if attempt is None else int(attempt)

    def report(self, measurement_id: str, attempt: int, share: float, result: Frame | None = None) -> Wish:
        """Say how much is done and, where there is news, what there is; what its owner wants.

        Counts as a sign of life. Raises `Fenced`.
        """
        values = {"share": share, "heartbeat_at": self._clock()}
        with self._database.writing() as connection:
            return self._change(connection, measurement_id, attempt, values | _content(result))

    def end(
        self,
        measurement_id: str,
        attempt: int,
        state: RunState,
        *,
        share: float | None = None,
        result: Frame | None = None,
        failure: Failure | None = None,
    ) -> None:
        """Record the end, and ``result`` if there is one that has not been reported. Raises `Fenced`."""
        values = {"state": state.value, "ended_at": self._clock(), "failure": _failure_json(failure)}
        if share is not None:
            values["share"] = share
        with self._database.writing(durable=True) as connection:
            self._change(connection, measurement_id, attempt, values | _content(result))

    def give_back(self, measurement_id: str, attempt: int) -> None:
        """Queue it again, as if ``attempt`` had not been: its process has to go. Raises `Fenced`.

        Where its owner wants it to stop, it is stopped with what has been reported.
        """
        now = self._clock()
        with self._database.writing() as connection:
            wish = self._change(connection, measurement_id, attempt, {"heartbeat_at": now})
            stopped = {"state": RunState.STOPPED.value, "ended_at": now}
            values = stopped if wish is Wish.STOP else _afresh(attempt - 1)
            self._change(connection, measurement_id, attempt, values)

    def stop(self, measurement_id: str) -> None:
        """Have it end with what there is; a queued one ends at once. Raises `NotFound`."""
        mine = measurements.c.id == measurement_id
        ended = {"state": RunState.STOPPED.value, "ended_at": self._clock()}
        queued = measurements.c.state == RunState.QUEUED.value
        with self._database.writing() as connection:
            self._get(connection, measurement_id)
            connection.execute(update(measurements).where(mine).values(wish=Wish.STOP.value))
            connection.execute(update(measurements).where(mine, queued).values(**ended))

    def heartbeats(self) -> list[Heartbeat]:
        """The last sign of life of every measurement that runs."""
        columns = measurements.c.id, measurements.c.attempt, measurements.c.heartbeat_at
        query = select(*columns).where(measurements.c.state == RunState.RUNNING.value)
        with self._database.reading() as connection:
            return [Heartbeat(*row) for row in connection.execute(query)]

    def lose(self, last: Heartbeat, failure: Failure | None = None) -> bool:
        """Queue one again that has given no sign of life since ``last``; whether it was so.

        After `MOST_ATTEMPTS` it is lost instead, for ``failure``: it may be what kills its process.
        """
        with self._database.writing(hasty=True) as connection:
            record = connection.execute(
                select(measurements).where(measurements.c.id == last.run_id).with_for_update()
            ).one_or_none()
            if record is None or record.state != RunState.RUNNING.value:
                return False
            if (record.attempt, record.heartbeat_at) != (last.attempt, last.at):
                return False
            if record.wish == Wish.STOP.value:
                values = {"state": RunState.STOPPED.value, "ended_at": self._clock()}
            elif record.attempt < MOST_ATTEMPTS:
                values = _afresh(last.attempt)
            else:
                values = {
                    "state": RunState.LOST.value,
                    "ended_at": self._clock(),
                    "failure": _failure_json(failure or _lost()),
                }
            self._change(connection, last.run_id, last.attempt, values)
        return True

    def purge(self, keep_s: Mapping[str, float], otherwise_s: float) -> int:
        """Remove those that ended more than ``keep_s`` of their task ago; how many there were."""
        now = self._clock()
        ended = select(measurements.c.id, measurements.c.task, measurements.c.ended_at)
        ended = ended.where(measurements.c.ended_at.is_not(None))
        with self._database.writing() as connection:
            old = [
                row.id
                for row in connection.execute(ended)
                if row.ended_at < now - keep_s.get(row.task, otherwise_s)
            ]
            for measurement_id in old:
                connection.execute(delete(measurements).where(measurements.c.id == measurement_id))
        return len(old)

    def _known(
        self, connection: Connection, spec: MeasurementSpec, since_s: float
    ) -> MeasurementRecord | None:
        row = connection.execute(
            select(measurements)
            .where(_same(spec))
            .order_by(measurements.c.created_at.desc(), measurements.c.id)
            .limit(1)
        ).one_or_none()
        if row is None or (row.ended_at is not None and not 0 <= self._clock() - row.ended_at <= since_s):
            return None
        return record_of(row)

    def _get(self, connection: Connection, measurement_id: str) -> MeasurementRecord:
        query = select(measurements).where(measurements.c.id == measurement_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                "no_such_measurement",
                N_("There is no measurement with the ID {id}; start it again."),
                id=measurement_id[:60],
            )
        return record_of(row)

    def _change(
        self, connection: Connection, measurement_id: str, attempt: int, values: Mapping[str, Any]
    ) -> Wish:
        held = (
            (measurements.c.id == measurement_id)
            & (measurements.c.attempt == attempt)
            & (measurements.c.state == RunState.RUNNING.value)
        )
        change = update(measurements).where(held).values(**values).returning(measurements.c.wish)
        wish = connection.execute(change).scalar_one_or_none()
        if wish is None:
            raise Fenced(
                "measurement_fenced",
                N_("Measurement {id} has ended or was taken over by another process."),
                id=measurement_id,
            )
        return Wish(wish)


def _same(spec: MeasurementSpec) -> ColumnElement[bool]:
    return (measurements.c.digest == spec.digest()) & (measurements.c.machine == spec.machine)


def _afresh(attempt: int) -> dict[str, Any]:
    """The columns of a measurement that waits again after so many attempts."""
    return {
        "state": RunState.QUEUED.value,
        "attempt": attempt,
        "slots": 1,
        "share": 0.0,
        "result": None,
        "heartbeat_at": None,
    }


def _content(result: Frame | None) -> dict[str, Any]:
    return {} if result is None else {"result": result.to_bytes()}


def _failure_json(failure: Failure | None) -> str | None:
    fields = failure_fields(failure)
    return None if fields is None else to_json(fields).decode()


def _lost() -> Failure:
    return Failure(
        "measurement_lost",
        N_("The process that measured this ended unexpectedly, {attempts} times; try again."),
        {"attempts": MOST_ATTEMPTS},
    )
