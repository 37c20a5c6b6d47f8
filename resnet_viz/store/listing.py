"""Runs as the rows of a table: filtered, searched and sorted by the database.

Rows are made from columns alone; no spec and no facts are decoded, so that
thousands of runs are listed in a fraction of a second.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from resnet_viz.events import RunState
from resnet_viz.store.records import Origin
from resnet_viz.store.schema import checkpoints, run_groups, runs
from resnet_viz.store.search import has_tag, holds, words_of, words_of_a_run

SortKey = Literal[
    "created",
    "name",
    "role",
    "depth",
    "dataset",
    "state",
    "train_loss",
    "train_accuracy",
    "test_accuracy",
    "wall_s",
    "weights",
]


@dataclass(frozen=True, slots=True)
class RunQuery:
    """Which runs to list; what is None does not matter.

    Attributes:
        text: words that must all be found, in any case, in the run's name,
            notes, tags, identifiers, network (``plain-32``), data set or state, or
            in its group's name, notes or kind.
        tags: tags that the run must all have.
        deleted: list the deleted runs instead of the others.
        pinned_first: pinned runs before all others, whatever the order.
    """

    text: str = ""
    states: Collection[RunState] | None = None
    roles: Collection[str] | None = None
    depths: Collection[int] | None = None
    datasets: Collection[str] | None = None
    group: str | None = None
    owner: str | None = None
    origin: Origin | None = None
    tags: Collection[str] = ()
    pinned: bool | None = None
    deleted: bool = False
    sort: SortKey = "created"
    descending: bool = True
    pinned_first: bool = True
    limit: int | None = None
    offset: int = 0

    def words(self) -> list[str]:
        """Those of ``text``; characters that no database stores become one that nobody looks for."""
        return words_of(self.text)


class RunSummary(NamedTuple):
    """One row of the list; times are unix seconds, ``weights_bytes`` the size of its checkpoints."""

    id: str
    group_id: str
    group_kind: str
    group_name: str
    owner: str
    role: str
    depth: int
    seed: int
    dataset: str
    digest: str
    name: str
    notes: str
    origin: Origin
    created_at: float
    started_at: float | None
    ended_at: float | None
    deleted_at: float | None
    step: int
    total_steps: int
    device: str | None
    train_loss: float | None
    train_accuracy: float | None
    test_accuracy: float | None
    test_statistics: str | None
    wall_s: float | None
    state: RunState
    tags: tuple[str, ...]
    pinned: bool
    weights_bytes: int


class RunPage(NamedTuple):
    """The rows asked for, and how many fit without ``limit`` and ``offset``."""

    rows: list[RunSummary]
    total: int


SIZES = (
    select(checkpoints.c.run_id, func.sum(checkpoints.c.size_bytes).label("weights_bytes"))
    .group_by(checkpoints.c.run_id)
    .subquery()
)
"""Bytes of checkpoints by run."""

_WEIGHTS = func.coalesce(SIZES.c.weights_bytes, 0)
_BODY = select(
    runs.c.id,
    runs.c.group_id,
    run_groups.c.kind,
    run_groups.c.name,
    runs.c.owner,
    runs.c.role,
    runs.c.depth,
    runs.c.seed,
    runs.c.dataset,
    runs.c.digest,
    runs.c.name,
    runs.c.notes,
    runs.c.origin,
    runs.c.created_at,
    runs.c.started_at,
    runs.c.ended_at,
    runs.c.deleted_at,
    runs.c.step,
    runs.c.total_steps,
    runs.c.device,
    runs.c.train_loss,
    runs.c.train_accuracy,
    runs.c.test_accuracy,
    runs.c.test_statistics,
    runs.c.wall_s,
    # Last what has to be decoded.
    runs.c.state,
    runs.c.tags,
    runs.c.pinned_at.is_not(None),
    _WEIGHTS,
).select_from(
    runs.join(run_groups, runs.c.group_id == run_groups.c.id).outerjoin(SIZES, SIZES.c.run_id == runs.c.id)
)
_STATES = {state.value: state for state in RunState}
_SORTED_BY: dict[SortKey, ColumnElement[Any]] = {
    "created": runs.c.created_at,
    "name": func.lower(runs.c.name),
    "role": runs.c.role,
    "depth": runs.c.depth,
    "dataset": runs.c.dataset,
    "state": runs.c.state,
    "train_loss": runs.c.train_loss,
    "train_accuracy": runs.c.train_accuracy,
    "test_accuracy": runs.c.test_accuracy,
    "wall_s": runs.c.wall_s,
    "weights": _WEIGHTS,
}


def find_runs(connection: Connection, query: RunQuery) -> RunPage:
    """The runs that ``query`` asks for."""
    fitting = conditions(query, connection)
    chosen = _ordered(_BODY.where(*fitting), query).limit(query.limit).offset(query.offset)
    rows = [_summary(row) for row in connection.execute(chosen).all()]
    if query.limit is None and not query.offset:
        return RunPage(rows, len(rows))
    matching = runs.join(run_groups, runs.c.group_id == run_groups.c.id)
    total = connection.execute(select(func.count()).select_from(matching).where(*fitting)).scalar_one()
    return RunPage(rows, int(total))


def conditions(query: RunQuery, connection: Connection) -> list[ColumnElement[bool]]:
    """What a run joined with its group must fulfil."""
    found: list[ColumnElement[bool]] = [
        runs.c.deleted_at.is_not(None) if query.deleted else runs.c.deleted_at.is_(None)
    ]
    for column, values in (
        (runs.c.state, query.states),
        (runs.c.role, query.roles),
        (runs.c.depth, query.depths),
        (runs.c.dataset, query.datasets),
    ):
        if values is not None:
            found.append(column.in_(list(values)))
    for column, value in (
        (runs.c.group_id, query.group),
        (runs.c.owner, query.owner),
        (runs.c.origin, query.origin),
    ):
        if value is not None:
            found.append(column == value)
    if query.pinned is not None:
        found.append(runs.c.pinned_at.is_not(None) if query.pinned else runs.c.pinned_at.is_(None))
    found += [has_tag(tag, connection) for tag in query.tags]
    words = query.words()
    if not words:
        return found
    searched = words_of_a_run(connection)
    return found + [holds(searched, word, connection) for word in words]


def _ordered(rows: Select[Any], query: RunQuery) -> Select[Any]:
    by = _SORTED_BY[query.sort]
    if query.pinned_first:
        rows = rows.order_by(runs.c.pinned_at.is_(None))
    # What is not known comes last in both directions.
    rows = rows.order_by(by.is_(None), by.desc() if query.descending else by.asc())
    return rows.order_by(runs.c.created_at.desc(), runs.c.group_id, runs.c.position)


def _summary(row: Row[Any]) -> RunSummary:
    values: list[Any] = list(row)
    *known, state, tags, pinned, weights_bytes = values
    decoded = () if tags == "[]" else tuple(orjson.loads(tags))
    return RunSummary._make([*known, _STATES[state], decoded, bool(pinned), int(weights_bytes)])
