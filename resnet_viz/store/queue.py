"""The queue as whoever admits runs sees it: what decides whose turn it is, and nothing else.

It is asked twice a second, and a sweep may have a thousand cells in it: whole
records, with specs and facts, would be read for nothing.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import select

from resnet_viz.events import RunState
from resnet_viz.store.database import Database
from resnet_viz.store.records import spec_of
from resnet_viz.store.schema import runs

_AT_ONCE = 500  # databases limit the parameters of a statement

_ENTRIES = (
    select(runs.c.id, runs.c.owner, runs.c.group_id, runs.c.depth, runs.c.seed, runs.c.state)
    .where(runs.c.deleted_at.is_(None))
    .order_by(runs.c.created_at, runs.c.group_id, runs.c.position)
)


class QueueEntry(NamedTuple):
    """A run that waits or has been admitted."""

    id: str
    owner: str
    group_id: str
    depth: int
    seed: int
    state: RunState


class Queue:
    """What a supervisor asks of the history; every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, states: Collection[RunState]) -> list[QueueEntry]:
        """The runs in one of ``states``, the oldest first, those of a group in their order."""
        wanted = _ENTRIES.where(runs.c.state.in_([state.value for state in states]))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return [QueueEntry(*row[:-1], RunState(row.state)) for row in rows]

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
