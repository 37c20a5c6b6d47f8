"""Groups as the rows of a table: those that have a run that fits, with sums over their runs.

As in `listing`, rows are made from columns alone. A sweep whose cells were all
trained before has no runs of its own; it is found by its own words.
"""

from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)

from resnet_viz.events import NormStatistics, RunState
from resnet_viz.networks.families import ROLES
from resnet_viz.store.listing import SIZES, RunQuery, conditions
from resnet_viz.store.schema import run_groups, runs
from resnet_viz.store.search import holds

GroupSortKey = Literal["created", "kind", "name", "runs", "wall_s", "weights"]


class GroupSummary(NamedTuple):
    """One row of the list, about the runs that are not deleted.

    ``states`` counts them by state; ``accuracies`` has by role the mean over the
    runs that have one, and ``old_tests`` counts those measured with running
    averages; ``wall_s`` and ``weights_bytes`` are sums; ``pinned`` means all of them.
    """

    id: str
    kind: str
    owner: str
    name: str
    notes: str
    spec_json: str
    created_at: float
    runs: int
    imported: int
    pinned: bool
    first_dataset: str | None
    last_dataset: str | None
    old_tests: int
    wall_s: float | None
    weights_bytes: int
    accuracies: dict[str, float]
    states: dict[RunState, int]


class GroupPage(NamedTuple):
    """The rows asked for, and how many fit without ``limit`` and ``offset``."""

    rows: list[GroupSummary]
    total: int


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _accuracy(role: str) -> ColumnElement[float]:
    return func.avg(case((runs.c.role == role, runs.c.test_accuracy)))


_IS_MEMBER = and_(runs.c.group_id == run_groups.c.id, runs.c.deleted_at.is_(None))
_RUNS = func.count(runs.c.id)
_PINNED = _count(runs.c.pinned_at.is_not(None))
_WALL_S = func.sum(runs.c.wall_s)
_WEIGHTS = func.coalesce(func.sum(SIZES.c.weights_bytes), 0)
_BODY = (
    select(
        run_groups.c.id,
        run_groups.c.kind,
        run_groups.c.owner,
        run_groups.c.name,
        run_groups.c.notes,
        run_groups.c.spec,
        run_groups.c.created_at,
        _RUNS,
        _count(runs.c.origin == "imported"),
        _PINNED,
        func.min(runs.c.dataset),
        func.max(runs.c.dataset),
        _count(runs.c.test_statistics == NormStatistics.RUNNING.value),
        _WALL_S,
        _WEIGHTS,
        *map(_accuracy, ROLES),
        *(_count(runs.c.state == state.value) for state in RunState),
    )
    .select_from(run_groups.outerjoin(runs, _IS_MEMBER).outerjoin(SIZES, SIZES.c.run_id == runs.c.id))
    .group_by(run_groups.c.id)
)
_KNOWN = len(GroupSummary._fields) - 2
_SORTED_BY: dict[GroupSortKey, ColumnElement[Any]] = {
    "created": run_groups.c.created_at,
    "kind": run_groups.c.kind,
    "name": func.lower(run_groups.c.name),
    "runs": _RUNS,
    "wall_s": _WALL_S,
    "weights": _WEIGHTS,
}
_any_run = runs.alias("any_run")
_EMPTY = ~exists().where(_any_run.c.group_id == run_groups.c.id)
_OWN_WORDS = (
    run_groups.c.id
    + literal(" ")
    + cast(run_groups.c.kind, Text)
    + literal(" ")
    + run_groups.c.name
    + literal(" ")
    + run_groups.c.notes
)


def find_groups(
    connection: Connection, query: RunQuery, sort: GroupSortKey = "created", *, descending: bool = True
) -> GroupPage:
    """The groups with a run that ``query`` asks for; its order counts for nothing, its page does."""
    fitting = _fitting(query, connection)
    by = _SORTED_BY[sort]
    chosen = (
        _BODY.where(fitting)
        .order_by(case((and_(_RUNS > 0, _PINNED == _RUNS), 0), else_=1))
        # What is not known comes last in both directions.
        .order_by(by.is_(None), by.desc() if descending else by.asc())
        .order_by(run_groups.c.created_at.desc(), run_groups.c.id)
        .limit(query.limit)
        .offset(query.offset)
    )
    rows = [_summary(row) for row in connection.execute(chosen).all()]
    if query.limit is None and not query.offset:
        return GroupPage(rows, len(rows))
    total = connection.execute(select(func.count()).select_from(run_groups).where(fitting)).scalar_one()
    return GroupPage(rows, int(total))


def _fitting(query: RunQuery, connection: Connection) -> ColumnElement[bool]:
    joined = runs.join(run_groups, runs.c.group_id == run_groups.c.id)
    having = select(runs.c.group_id).select_from(joined).where(*conditions(query, connection)).correlate(None)
    fitting = run_groups.c.id.in_(having)
    asks_of_runs = (query.states, query.roles, query.depths, query.datasets, query.origin, query.pinned)
    if query.deleted or query.tags or any(asked is not None for asked in asks_of_runs):
        return fitting
    own = [holds(_OWN_WORDS, word, connection) for word in query.words()]
    for column, value in ((run_groups.c.id, query.group), (run_groups.c.owner, query.owner)):
        if value is not None:
            own.append(column == value)
    return or_(fitting, and_(_EMPTY, *own))


def _summary(row: Row[Any]) -> GroupSummary:
    values: list[Any] = list(row)
    known, means, counts = values[:_KNOWN], values[_KNOWN : -len(RunState)], values[-len(RunState) :]
    accuracies = {role: float(mean) for role, mean in zip(ROLES, means, strict=True) if mean is not None}
    states = {state: int(count) for state, count in zip(RunState, counts, strict=True) if count}
    summary = GroupSummary._make([*known, accuracies, states])
    count = int(summary.runs)
    return summary._replace(
        runs=count,
        imported=int(summary.imported),
        old_tests=int(summary.old_tests),
        pinned=count > 0 and int(summary.pinned) == count,
        weights_bytes=int(summary.weights_bytes),
    )
