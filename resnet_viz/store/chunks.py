"""Events as rows of ``run_events`` and back.

Measurements are little-endian arrays: steps as int64, values of a `Series` as
float64, of a `Profile` as float32, in row order. Everything else is JSON in
the payload.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import Row

from resnet_viz.events import (
    CheckpointSaved,
    Event,
    Facts,
    Profile,
    Progress,
    Rewound,
    RunState,
    Series,
    StateChanged,
)
from resnet_viz.store.records import failure_fields, failure_of

MEASURED = ("series", "profile")
_STEP: np.dtype[np.int64] = np.dtype("<i8")
_VALUE: dict[str, np.dtype[Any]] = {"series": np.dtype("<f8"), "profile": np.dtype("<f4")}


def taps_digest(taps: tuple[str, ...]) -> str:
    """What a list of taps is called in ``tap_lists``."""
    return hashlib.sha256(orjson.dumps(taps)).hexdigest()[:16]


def row_of(event: Event) -> dict[str, Any] | None:
    """The columns that hold ``event``, or None where nothing of it is kept.

    Raises:
        ValueError: the arrays of a measurement do not fit each other.
    """
    match event:
        case Series():
            return _measured("series", event.name, event.step, event.value, (len(event.step),))
        case Profile():
            shape = (len(event.step), len(event.taps))
            row = _measured("profile", event.name, event.step, event.value, shape)
            return row and row | {"taps": taps_digest(event.taps)}
        case Facts():
            return _said("facts", event.values)
        case Rewound():
            return _said("rewound", event.step)
        case CheckpointSaved():
            return _said("checkpoint", [event.step, event.path, event.size_bytes, event.kept])
        case StateChanged():
            return _said("state", {"state": event.state, "failure": failure_fields(event.failure)})
        case Progress():
            return None


def events_of(rows: Iterable[Row[Any]], taps: Mapping[str, tuple[str, ...]]) -> list[Event]:
    """The events in ``rows``; ``taps`` has every list of taps that they name.

    The chunks of one curve or table come joined, up to the next `Rewound`.
    """
    found: list[_Part | Event] = []
    parts: dict[tuple[str, str, str | None], _Part] = {}
    for row in rows:
        if row.kind in MEASURED:
            key = (row.kind, row.name, row.taps)
            part = parts.get(key)
            if part is None:
                part = parts[key] = _Part(*key)
                found.append(part)
            part.steps.append(row.steps)
            part.values.append(row.payload)
        else:
            if row.kind == "rewound":
                parts = {}
            found.append(_heard(row.kind, orjson.loads(row.payload)))
    return [item.event(taps) if isinstance(item, _Part) else item for item in found]


def cut(row: Row[Any], step: int) -> dict[str, Any] | None:
    """The columns that keep what a chunk measured before ``step``, or None where that is nothing."""
    steps = np.frombuffer(row.steps, _STEP)
    before = steps < step
    if not before.any():
        return None
    values = np.frombuffer(row.payload, _VALUE[row.kind]).reshape(len(steps), -1)
    return {
        "last_step": int(steps[before].max()),
        "steps": steps[before].tobytes(),
        "payload": values[before].tobytes(),
    }


@dataclass(slots=True)
class _Part:
    kind: str
    name: str
    taps: str | None
    steps: list[bytes] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)

    def event(self, taps: Mapping[str, tuple[str, ...]]) -> Series | Profile:
        step = np.frombuffer(b"".join(self.steps), _STEP)
        value = np.frombuffer(b"".join(self.values), _VALUE[self.kind])
        if self.taps is None:
            return Series(self.name, step, value)
        names = taps[self.taps]
        return Profile(self.name, names, step, value.reshape(len(step), len(names)))


def _measured(
    kind: str, name: str, step: npt.NDArray[Any], value: npt.NDArray[Any], shape: tuple[int, ...]
) -> dict[str, Any] | None:
    if step.ndim != 1 or value.shape != shape:
        raise ValueError(f"{name}: values of shape {value.shape} for {step.shape} steps, expected {shape}")
    if not len(step):
        return None
    return {
        "kind": kind,
        "name": name,
        "taps": None,
        "last_step": int(step.max()),
        "steps": step.astype(_STEP, copy=False).tobytes(),
        "payload": value.astype(_VALUE[kind], copy=False).tobytes(),
    }


def _said(kind: str, content: Any) -> dict[str, Any]:
    payload = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)
    return {"kind": kind, "name": None, "taps": None, "last_step": None, "steps": None, "payload": payload}


def _heard(kind: str, content: Any) -> Event:
    match kind:
        case "facts":
            return Facts(content)
        case "rewound":
            return Rewound(content)
        case "checkpoint":
            return CheckpointSaved(*content)
        case "state":
            return StateChanged(RunState(content["state"]), failure_of(content["failure"]))
    raise ValueError(f"unknown kind of event: {kind}")
