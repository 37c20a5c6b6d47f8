"""What the store answers with: runs and groups as frozen records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

import orjson
from sqlalchemy import Row

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Desired, Failure, RunState, Wish
from resnet_viz.specs import RunSpec

Origin = Literal["trained", "imported"]
COMMAND_LINE: Final = "cli"
"""The owner of what was started on the command line."""


class Fenced(ResnetVizError):
    """The writer no longer holds the run: it was stopped, finished or given to another attempt."""


class _Facts(Mapping[str, Any]):
    """Facts that stay text until somebody asks: decoded, those of 5,000 runs are a million objects."""

    __slots__ = ("_text", "_values")

    def __init__(self, text: str) -> None:
        self._text = text
        self._values: dict[str, Any] | None = None

    def _decoded(self) -> dict[str, Any]:
        if self._values is None:
            self._values = orjson.loads(self._text)
        return self._values

    def __getitem__(self, key: str) -> Any:
        return self._decoded()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded())

    def __len__(self) -> int:
        return len(self._decoded())

    def __repr__(self) -> str:
        return repr(self._decoded())


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as it stands now; times are unix seconds.

    ``attempt`` counts how often a worker took the run up; only the current one
    may write. ``facts`` are all `Facts` so far merged, after a trip through JSON
    (keys are strings, NaN is None). A run that was ``imported`` from a file has
    only what its file says of it. ``deleted_at`` is set while a deletion can be undone.
    """

    id: str
    group_id: str
    owner: str
    role: str
    seed: int
    spec: RunSpec
    digest: str
    name: str
    notes: str
    state: RunState
    attempt: int
    desired: Desired
    worker: str | None
    created_at: float
    started_at: float | None
    ended_at: float | None
    heartbeat_at: float | None
    step: int
    total_steps: int
    facts: Mapping[str, Any]
    failure: Failure | None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    origin: Origin = "trained"
    deleted_at: float | None = None


@dataclass(frozen=True, slots=True)
class GroupRecord:
    """Runs that belong together, such as a race; ``run_ids`` in the order they were asked for."""

    id: str
    kind: str
    owner: str
    name: str
    spec_json: str
    created_at: float
    run_ids: tuple[str, ...]


def run_of(row: Row[Any]) -> RunRecord:
    """The record in a row of ``runs`` joined with its facts."""
    return RunRecord(
        id=row.id,
        group_id=row.group_id,
        owner=row.owner,
        role=row.role,
        seed=row.seed,
        spec=spec_of(row.spec),
        digest=row.digest,
        name=row.name,
        notes=row.notes,
        state=RunState(row.state),
        attempt=row.attempt,
        desired=Desired(Wish(row.wish), row.until_step),
        worker=row.worker,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        heartbeat_at=row.heartbeat_at,
        step=row.step,
        total_steps=row.total_steps,
        facts=_Facts(row.facts or "{}"),
        failure=failure_of(orjson.loads(row.failure)) if row.failure else None,
        tags=tuple(orjson.loads(row.tags)),
        pinned=row.pinned_at is not None,
        origin=row.origin,
        deleted_at=row.deleted_at,
    )


def failure_of(fields: dict[str, Any] | None) -> Failure | None:
    """The failure that `failure_fields` wrote."""
    return None if fields is None else Failure(fields["code"], fields["template"], fields["parameters"])


def failure_fields(failure: Failure | None) -> dict[str, Any] | None:
    """A failure as plain JSON values."""
    if failure is None:
        return None
    return {"code": failure.code, "template": failure.template, "parameters": failure.parameters}


# The runs of a sweep or class share few specs, and reading one costs more than the rest of a record.
@lru_cache(maxsize=2048)
def spec_of(text: str) -> RunSpec:
    """The spec in the column ``spec``."""
    return RunSpec.from_json(text)
