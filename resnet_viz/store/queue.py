"""The queue as whoever admits runs sees it: what decides whose turn it is, and nothing else.

It is asked twice a second, and a sweep may have a thousand cells in it: whole
records, with specs and facts, would be read for nothing.
"""

from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import case, func, select

from resnet_viz.events import RunState, Wish
from resnet_viz.store.database import Database
from resnet_viz.store.records import spec_of
from resnet_viz.store.schema import measurements, runs

_AT_ONCE = 500  # databases limit the parameters of a statement

_member = runs.alias("member")
_STARTED = (
    select(func.count())
    .where(
        _member.c.group_id == runs.c.group_id,
        _member.c.depth == runs.c.depth,
        _member.c.seed == runs.c.seed,
        _member.c.state != RunState.QUEUED.value,
    )
    .scalar_subquery()
)
_RUNS = (
    select(
        runs.c.created_at,
        runs.c.id,
        runs.c.owner,
        runs.c.group_id,
        runs.c.depth,
        runs.c.seed,
        runs.c.state,
        case((runs.c.state == RunState.RUNNING.value, _STARTED), else_=0),
        (runs.c.state == RunState.PAUSED.value) & (runs.c.wish == Wish.RUN.value),
    )
    .where(runs.c.deleted_at.is_(None))
    .order_by(runs.c.created_at, runs.c.group_id, runs.c.position)
)
_MEASUREMENTS = select(
    measurements.c.created_at,
    measurements.c.id,
    measurements.c.owner,
    measurements.c.state,
    measurements.c.device,
    measurements.c.fills,
    measurements.c.slots,
).order_by(measurements.c.created_at, measurements.c.id)


class QueueEntry(NamedTuple):
    """A run or measurement that waits or has been admitted.

    ``started`` counts, for one that runs, the runs of its group, depth and seed
    that do not wait any more. ``device`` is None for runs (`Queue.devices` has
    it). ``fills``: it takes every free slot; ``slots`` it takes while it runs.
    ``goes_on``: it is paused, and about to run again.
    """

    id: str
    owner: str
    group_id: str
    depth: int
    seed: int
    state: RunState
    started: int = 1
    is_measurement: bool = False
    device: str | None = None
    fills: bool = False
    slots: int = 1
    goes_on: bool = False


class Queue:
    """What a supervisor asks of the history; every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, states: Collection[RunState], machine: str = "") -> list[QueueEntry]:
        """What is in one of ``states``, the oldest first, the runs of a group in their order.

        Of the measurements those that ``machine`` can carry out.
        """
        wanted = [state.value for state in states]
        of_machine = measurements.c.machine.in_({"", machine})
        with self._database.reading() as connection:
            trained = connection.execute(_RUNS.where(runs.c.state.in_(wanted))).all()
            measured = connection.execute(
                _MEASUREMENTS.where(measurements.c.state.in_(wanted), of_machine)
            ).all()
        found = []
        for asked_at, name, owner, group, depth, seed, state, started, goes_on in trained:
            facts = name, owner, group, depth, seed, RunState(state), started
            found.append((asked_at, QueueEntry(*facts, goes_on=bool(goes_on))))
        for asked_at, name, owner, state, device, fills, slots in measured:
            entry = QueueEntry(name, owner, name, 0, 0, RunState(state), 1, True, device, fills, slots)
            found.append((asked_at, entry))
        return [entry for _, entry in sorted(found, key=itemgetter(0))]

    def devices(self, run_ids: Iterable[str]) -> dict[str, str]:
        """The device that each run asks for; it never changes."""
        found: dict[str, str] = {}
        wanted = list(run_ids)
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(runs.c.id, runs.c.spec).where(runs.c.id.in_(wanted[start : start + _AT_ONCE]))
                for row in connection.execute(query):
                    found[row.id] = spec_of(row.spec).train.device
        return found
