"""A measurement as it is asked for, and as it stands: frozen records."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

from resnet_viz.events import Failure, RunState, Wish
from resnet_viz.processes.channel import Frame
from resnet_viz.store.records import failure_of


class MeasurementSpec(NamedTuple):
    """What is to be measured, and what that takes.

    ``machine`` is empty where the numbers are the same on every machine.
    ``device`` is what to compute on, as in a run's spec. ``fills``: it takes
    every slot that is free when its turn comes, and not just one.
    """

    task: str
    values: Mapping[str, Any]
    machine: str = ""
    device: str = "auto"
    fills: bool = False

    def digest(self) -> str:
        """The same for the same task and values, whoever asks and wherever."""
        canonical = orjson.dumps([self.task, self.values], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(canonical).hexdigest()[:16]


@dataclass(frozen=True, slots=True, eq=False)
class MeasurementRecord:
    """One measurement as it stands now; times are unix seconds.

    ``share`` of it is done (0 to 1); ``result`` is what there is so far, also
    after it was stopped. ``slots`` it took when it was last taken up.
    """

    id: str
    spec: MeasurementSpec
    owner: str
    state: RunState
    attempt: int
    wish: Wish
    slots: int
    created_at: float
    ended_at: float | None
    heartbeat_at: float | None
    share: float
    result: Frame | None
    failure: Failure | None


def record_of(row: Row[Any]) -> MeasurementRecord:
    """The record in a row of ``measurements``."""
    try:
        result = None if row.result is None else Frame.from_bytes(row.result)
    except ValueError:
        result = None  # of another version; whoever needs it asks anew
    return MeasurementRecord(
        id=row.id,
        spec=MeasurementSpec(row.task, orjson.loads(row.spec), row.machine, row.device, row.fills),
        owner=row.owner,
        state=RunState(row.state),
        attempt=row.attempt,
        wish=Wish(row.wish),
        slots=row.slots,
        created_at=row.created_at,
        ended_at=row.ended_at,
        heartbeat_at=row.heartbeat_at,
        share=row.share,
        result=result,
        failure=failure_of(orjson.loads(row.failure)) if row.failure else None,
    )
