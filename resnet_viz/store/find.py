"""Finding runs and groups: by identifier, by its beginning, by what they are."""

import re
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    cast,
    exists,
    func,
    select,
)

from resnet_viz.errors import NotFound
from resnet_viz.events import RunState
from resnet_viz.locale import N_
from resnet_viz.store.records import GroupRecord, RunRecord, run_of
from resnet_viz.store.schema import run_facts, run_groups, runs

ID_LENGTH = 10
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_SHORTEST_PREFIX = 4
_PREFIX = re.compile(f"[{ID_LETTERS}]{{{_SHORTEST_PREFIX},{ID_LENGTH}}}")

_key: BindParameter[str] = bindparam("key")
_RUNS = select(runs, run_facts.c.facts).select_from(
    runs.outerjoin(run_facts, runs.c.id == run_facts.c.run_id)
)
_RUN = _RUNS.where(runs.c.id == _key)
_GROUP = select(run_groups).where(run_groups.c.id == _key)
_MEMBERS = (
    select(runs.c.id).where(runs.c.group_id == _key, runs.c.deleted_at.is_(None)).order_by(runs.c.position)
)
_NEWEST_FIRST = (runs.c.created_at.desc(), runs.c.group_id, runs.c.position)


def new_id() -> str:
    """An identifier that nothing has yet."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


def find_run(connection: Connection, name: str) -> RunRecord:
    """The run called ``name`` or the only one whose identifier begins so; raises `NotFound`."""
    row = connection.execute(_RUN, {"key": name}).one_or_none() if _PREFIX.fullmatch(name) else None
    if row is None:
        row = connection.execute(_RUN, {"key": _only(connection, runs, name)}).one()
    return run_of(row)


def find_group(connection: Connection, name: str) -> GroupRecord:
    """The group called ``name`` or the only one whose identifier begins so; raises `NotFound`."""
    row = connection.execute(_GROUP, {"key": _only(connection, run_groups, name)}).one()
    members = connection.execute(_MEMBERS, {"key": row.id}).scalars()
    return _group_of(row, tuple(members))


def list_runs(
    connection: Connection,
    group: str | None,
    kind: str | None,
    owner: str | None,
    states: Collection[RunState] | None,
    parents: Collection[str] | None,
    limit: int | None,
) -> list[RunRecord]:
    """The runs that fit every given condition, newest first, those of a group in their order."""
    query = _RUNS.where(runs.c.deleted_at.is_(None)).order_by(*_NEWEST_FIRST).limit(limit)
    if group is not None:
        query = query.where(runs.c.group_id == group)
    if kind is not None:
        query = query.where(runs.c.group_id.in_(select(run_groups.c.id).where(run_groups.c.kind == kind)))
    if owner is not None:
        query = query.where(runs.c.owner == owner)
    if states is not None:
        query = query.where(runs.c.state.in_([state.value for state in states]))
    if parents is not None:
        query = query.where(_parent(connection).in_(parents))
    return [run_of(row) for row in connection.execute(query)]


def list_trained(connection: Connection, digests: Collection[str]) -> list[RunRecord]:
    """The runs with one of these digests that were trained here and not deleted."""
    query = _RUNS.where(runs.c.digest.in_(digests), runs.c.origin == "trained", runs.c.deleted_at.is_(None))
    return [run_of(row) for row in connection.execute(query)]


def list_groups(
    connection: Connection, kind: str | None, owner: str | None, limit: int | None
) -> list[GroupRecord]:
    """The groups that fit every given condition, newest first; not those whose runs are all deleted."""
    members_of = runs.c.group_id == run_groups.c.id
    query = (
        select(run_groups)
        .where(exists().where(members_of, runs.c.deleted_at.is_(None)) | ~exists().where(members_of))
        .order_by(run_groups.c.created_at.desc(), run_groups.c.id)
        .limit(limit)
    )
    if kind is not None:
        query = query.where(run_groups.c.kind == kind)
    if owner is not None:
        query = query.where(run_groups.c.owner == owner)
    chosen = query.subquery()
    members: dict[str, list[str]] = {}
    pairs = (
        select(runs.c.group_id, runs.c.id)
        .join(chosen, runs.c.group_id == chosen.c.id)
        .where(runs.c.deleted_at.is_(None))
    )
    for group_id, run_id in connection.execute(pairs.order_by(runs.c.group_id, runs.c.position)):
        members.setdefault(group_id, []).append(run_id)
    return [_group_of(row, tuple(members.get(row.id, ()))) for row in connection.execute(query)]


def _parent(connection: Connection) -> ColumnElement[Any]:
    """The run that a run is a fork of; NULL where it is none."""
    if connection.dialect.name == "sqlite":
        return func.json_extract(runs.c.spec, "$.fork.run")
    found: ColumnElement[str] = cast(runs.c.spec, JSON)[("fork", "run")].as_string()
    return found


def _only(connection: Connection, table: Table, name: str) -> str:
    if not _PREFIX.fullmatch(name):
        raise _not_found(name)
    found = connection.execute(select(table.c.id).where(table.c.id.startswith(name)).limit(2)).scalars().all()
    if not found:
        raise _not_found(name)
    if len(found) > 1:
        raise NotFound(
            "ambiguous_id",
            N_("The ID of several runs or groups starts with {id}; give more of its characters."),
            id=name,
        )
    return str(found[0])


def _not_found(name: str) -> NotFound:
    return NotFound("not_found", N_("There is no run or group with the ID {id}."), id=name[:60])


def _group_of(row: Any, run_ids: tuple[str, ...]) -> GroupRecord:
    return GroupRecord(row.id, row.kind, row.owner, row.name, row.spec, row.created_at, run_ids)
