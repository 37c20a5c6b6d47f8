"""The log of a run: appending events to it and reading them back.

All functions work inside the caller's transaction, which holds the run.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, text, update

from resnet_viz.events import CheckpointSaved, Event, Facts, Profile, Rewound
from resnet_viz.store.chunks import MEASURED, cut, events_of, row_of, taps_digest
from resnet_viz.store.schema import checkpoints, run_events, run_facts, tap_lists

_run: BindParameter[str] = bindparam("run")
_measured = run_events.c.kind.in_(MEASURED)
_ADD = insert(run_events)
_ADD_TAPS = text("INSERT INTO tap_lists (digest, taps) VALUES (:digest, :taps) ON CONFLICT DO NOTHING")
_SINCE = (
    select(run_events)
    .where(run_events.c.run_id == _run, run_events.c.sequence > bindparam("after"))
    .order_by(run_events.c.sequence)
)
_REACHING = select(run_events).where(
    run_events.c.run_id == _run, _measured, run_events.c.last_step >= bindparam("cut")
)
_DROP = delete(run_events).where(run_events.c.run_id == _run, run_events.c.sequence == bindparam("at"))
_TRIM = update(run_events).where(run_events.c.run_id == _run, run_events.c.sequence == bindparam("at"))
_FACTS = select(run_facts.c.facts).where(run_facts.c.run_id == _run)
_SET_FACTS = text(
    "INSERT INTO run_facts (run_id, facts) VALUES (:run, :facts)"
    " ON CONFLICT (run_id) DO UPDATE SET facts = excluded.facts"
)
_DROP_UNKEPT = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.kept.is_(False))
_DROP_LATER = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.step > bindparam("cut"))
_DROP_SAME = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.path == bindparam("file"))
_CHECKPOINTS = select(checkpoints).where(checkpoints.c.run_id == _run).order_by(checkpoints.c.step)


def add_events(connection: Connection, run_id: str, sequence: int, events: Sequence[Event]) -> int:
    """Append ``events`` after ``sequence``; returns the new last sequence number."""
    waiting: list[dict[str, Any]] = []
    for event in events:
        if isinstance(event, Rewound):
            # What waits may be what is taken back.
            _write(connection, waiting)
            waiting = []
            _rewind(connection, run_id, event.step)
        elif isinstance(event, CheckpointSaved):
            _add_checkpoint(connection, run_id, event)
        row = row_of(event)
        if row is not None:
            sequence += 1
            waiting.append({"run_id": run_id, "sequence": sequence, **row})
    _write(connection, waiting)
    _merge_facts(connection, run_id, [event.values for event in events if isinstance(event, Facts)])
    return sequence


def add_taps(connection: Connection, lists: Iterable[tuple[str, ...]]) -> None:
    """Make sure that ``lists`` of taps can be named, in one order so that writers cannot deadlock."""
    rows = [{"digest": taps_digest(taps), "taps": orjson.dumps(taps).decode()} for taps in lists]
    if rows:
        connection.execute(_ADD_TAPS, sorted(rows, key=lambda row: row["digest"]))


def tap_lists_of(events: Iterable[Event]) -> set[tuple[str, ...]]:
    """The lists of taps in ``events``."""
    return {event.taps for event in events if isinstance(event, Profile)}


def read_events(
    connection: Connection, run_id: str, after: int, known_taps: dict[str, tuple[str, ...]]
) -> tuple[list[Event], int]:
    """What came after sequence number ``after``, and the last number; learns new lists of taps."""
    rows = connection.execute(_SINCE, {"run": run_id, "after": after}).all()
    if not rows:
        return [], after
    unknown = {row.taps for row in rows if row.taps is not None} - known_taps.keys()
    if unknown:
        lists = connection.execute(select(tap_lists).where(tap_lists.c.digest.in_(unknown)))
        known_taps.update((row.digest, tuple(orjson.loads(row.taps))) for row in lists)
    return events_of(rows, known_taps), int(rows[-1].sequence)


def read_checkpoints(connection: Connection, run_id: str) -> list[CheckpointSaved]:
    """The checkpoints of a run that are still on disk, by step."""
    rows = connection.execute(_CHECKPOINTS, {"run": run_id})
    return [CheckpointSaved(row.step, row.path, row.size_bytes, bool(row.kept)) for row in rows]


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_ADD, rows)


def _rewind(connection: Connection, run_id: str, step: int) -> None:
    for row in connection.execute(_REACHING, {"run": run_id, "cut": step}).all():
        kept = cut(row, step)
        if kept is None:
            connection.execute(_DROP, {"run": run_id, "at": row.sequence})
        else:
            connection.execute(_TRIM.values(kept), {"run": run_id, "at": row.sequence})
    connection.execute(_DROP_LATER, {"run": run_id, "cut": step})


def _add_checkpoint(connection: Connection, run_id: str, event: CheckpointSaved) -> None:
    # Of those not meant to be kept only the newest exists, and a file saved again is the new one.
    connection.execute(_DROP_UNKEPT, {"run": run_id})
    connection.execute(_DROP_SAME, {"run": run_id, "file": event.path})
    connection.execute(
        insert(checkpoints).values(
            run_id=run_id, path=event.path, step=event.step, size_bytes=event.size_bytes, kept=event.kept
        )
    )


def _merge_facts(connection: Connection, run_id: str, facts: list[Mapping[str, Any]]) -> None:
    if not facts:
        return
    before = connection.execute(_FACTS, {"run": run_id}).scalar_one_or_none()
    merged: dict[str, Any] = orjson.loads(before) if before else {}
    for values in facts:
        merged |= values
    option = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    connection.execute(_SET_FACTS, {"run": run_id, "facts": orjson.dumps(merged, option=option).decode()})
