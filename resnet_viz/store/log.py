"""The log of a run: appending events to it and reading them back.

All functions work inside the caller's transaction; those that write expect it
to hold the run.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, text, update

from resnet_viz.events import CheckpointSaved, Event, Facts, Rewound
from resnet_viz.store.columns import Frame, Layout, layout_digest, layout_json, layout_of
from resnet_viz.store.rows import MEASURED, Entry, events_of, to_json
from resnet_viz.store.schema import checkpoints, layouts, run_events, run_facts, runs

_run: BindParameter[str] = bindparam("run")
_at = (run_events.c.run_id == _run, run_events.c.sequence == bindparam("at"))
_ADD = insert(run_events)
_ADD_LAYOUT = text("INSERT INTO layouts (digest, layout) VALUES (:digest, :layout) ON CONFLICT DO NOTHING")
_SINCE = (
    select(run_events.c.kind, run_events.c.layout, run_events.c.payload, run_events.c.sequence)
    .where(run_events.c.run_id == _run, run_events.c.sequence > bindparam("after"))
    .order_by(run_events.c.sequence)
)
_REACHING = (
    select(run_events.c.sequence, run_events.c.payload, layouts.c.layout)
    .join(layouts, run_events.c.layout == layouts.c.digest)
    .where(
        run_events.c.run_id == _run,
        run_events.c.kind.in_(MEASURED),
        run_events.c.last_step >= bindparam("cut"),
    )
)
_TIMES = (
    select(run_events.c.last_step, run_events.c.recorded_at)
    .where(run_events.c.run_id == _run, run_events.c.kind.in_(MEASURED))
    .order_by(run_events.c.last_step, run_events.c.sequence.desc())
)
_DROP = delete(run_events).where(*_at)
_TRIM = update(run_events).where(*_at).values(last_step=bindparam("last"), payload=bindparam("content"))
_FACTS = select(run_facts.c.facts).where(run_facts.c.run_id == _run)
_SET_FACTS = text(
    "INSERT INTO run_facts (run_id, facts) VALUES (:run, :facts)"
    " ON CONFLICT (run_id) DO UPDATE SET facts = excluded.facts"
)
_LISTED = ("device", "train_loss", "train_accuracy", "test_accuracy", "test_statistics", "wall_s")
"""Facts that are columns of ``runs`` as well."""
_ADD_CHECKPOINT = insert(checkpoints)
_DROP_UNKEPT = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.kept.is_(False))
_DROP_SAME = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.path == bindparam("file"))
_DROP_LATER = delete(checkpoints).where(checkpoints.c.run_id == _run, checkpoints.c.step > bindparam("cut"))
_CHECKPOINTS = select(checkpoints).where(checkpoints.c.run_id == _run).order_by(checkpoints.c.step)


def add_entries(
    connection: Connection, run_id: str, sequence: int, entries: Iterable[Entry], now: float
) -> int:
    """Append ``entries`` after ``sequence``; returns the new last sequence number."""
    waiting: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for entry in entries:
        match entry.source:
            case Rewound(step):
                # What waits may be what is taken back.
                _write(connection, waiting)
                waiting = []
                _rewind(connection, run_id, step)
            case CheckpointSaved():
                _add_checkpoint(connection, run_id, entry.source)
            case Facts(values):
                facts |= values
        sequence += 1
        waiting.append({"run_id": run_id, "sequence": sequence, "recorded_at": now, **entry.columns})
    _write(connection, waiting)
    if facts:
        _merge_facts(connection, run_id, facts)
    return sequence


def add_layouts(connection: Connection, new: Iterable[Layout]) -> None:
    """Make sure that rows can name these layouts."""
    rows = [{"digest": layout_digest(layout), "layout": layout_json(layout)} for layout in new]
    if rows:
        # Always in one order, so that two writers cannot wait for each other.
        connection.execute(_ADD_LAYOUT, sorted(rows, key=lambda row: row["digest"]))


def read_events(
    connection: Connection, run_id: str, after: int, known: dict[str, Layout]
) -> tuple[list[Event], int]:
    """What came after sequence number ``after``, and the last number; adds new layouts to ``known``."""
    rows = connection.execute(_SINCE, {"run": run_id, "after": after}).all()
    if not rows:
        return [], after
    unknown = {row.layout for row in rows if row.layout is not None} - known.keys()
    if unknown:
        found = connection.execute(select(layouts).where(layouts.c.digest.in_(unknown)))
        known.update((row.digest, layout_of(row.layout)) for row in found)
    return events_of(((kind, layout, payload) for kind, layout, payload, _ in rows), known), rows[-1].sequence


def read_checkpoints(connection: Connection, run_id: str) -> list[CheckpointSaved]:
    """By step: the kept checkpoints of a run and the newest one."""
    rows = connection.execute(_CHECKPOINTS, {"run": run_id})
    return [CheckpointSaved(row.step, row.path, row.size_bytes, row.kept) for row in rows]


def read_times(connection: Connection, run_id: str) -> list[tuple[int, float]]:
    """By last step: the last step of each frame of curves, and the unix seconds at which it was recorded."""
    return [(row.last_step, row.recorded_at) for row in connection.execute(_TIMES, {"run": run_id})]


def _write(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(_ADD, rows)


def _rewind(connection: Connection, run_id: str, step: int) -> None:
    for row in connection.execute(_REACHING, {"run": run_id, "cut": step}).all():
        kept = Frame.from_bytes(layout_of(row.layout), row.payload).before(step)
        where = {"run": run_id, "at": row.sequence}
        if len(kept.records):
            connection.execute(_TRIM, where | {"last": kept.last_step, "content": kept.to_bytes()})
        else:
            connection.execute(_DROP, where)
    connection.execute(_DROP_LATER, {"run": run_id, "cut": step})


def _add_checkpoint(connection: Connection, run_id: str, saved: CheckpointSaved) -> None:
    # Of those not meant to be kept only the newest exists, and a file written again is a new one.
    connection.execute(_DROP_UNKEPT, {"run": run_id})
    connection.execute(_DROP_SAME, {"run": run_id, "file": saved.path})
    values = {"step": saved.step, "path": saved.path, "size_bytes": saved.size_bytes, "kept": saved.kept}
    connection.execute(_ADD_CHECKPOINT, {"run_id": run_id, **values})


def _merge_facts(connection: Connection, run_id: str, facts: dict[str, Any]) -> None:
    before = connection.execute(_FACTS, {"run": run_id}).scalar_one_or_none()
    merged = (orjson.loads(before) if before else {}) | facts
    connection.execute(_SET_FACTS, {"run": run_id, "facts": to_json(merged).decode()})
    listed = {name: value for name, value in facts.items() if name in _LISTED}
    if listed:
        connection.execute(update(runs).where(runs.c.id == _run).values(**listed), {"run": run_id})
