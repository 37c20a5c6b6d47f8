"""Events as rows of ``run_events`` and back: frames as bytes, everything else as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

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
from resnet_viz.store.columns import Frame, Layout, frames_of, layout_digest
from resnet_viz.store.records import failure_fields, failure_of

MEASURED = ("series", "profile")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to be: its source and the columns that hold it."""

    source: Frame | Facts | Rewound | CheckpointSaved | StateChanged
    columns: dict[str, Any]


def to_json(content: Any) -> bytes:
    """``content`` as JSON: NaN becomes null, keys become strings, NumPy numbers are numbers."""
    return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY)


def entries_of(events: Sequence[Event]) -> list[Entry]:
    """What is kept of ``events``: measurements first, but none moved across a `Rewound`.

    Raises:
        ValueError: the arrays of a measurement do not fit each other.
    """
    entries: list[Entry] = []
    measured: list[Series | Profile] = []
    others: list[Entry] = []
    for event in events:
        match event:
            case Series() | Profile():
                measured.append(event)
            case Rewound():
                entries += [*map(_measured, frames_of(measured)), *others]
                entries.append(Entry(event, _said("rewound", event.step)))
                measured, others = [], []
            case Facts():
                others.append(Entry(event, _said("facts", event.values)))
            case CheckpointSaved():
                content = [event.step, event.path, event.size_bytes, event.kept]
                others.append(Entry(event, _said("checkpoint", content)))
            case StateChanged():
                change = {"state": event.state, "failure": failure_fields(event.failure)}
                others.append(Entry(event, _said("state", change)))
            case Progress():
                pass
    return [*entries, *map(_measured, frames_of(measured)), *others]


def events_of(rows: Iterable[tuple[str, str | None, bytes]], layouts: Mapping[str, Layout]) -> list[Event]:
    """The events in rows of (kind, layout, payload); ``layouts`` has every layout that they name.

    Frames of one layout come joined, unless that would change the order within
    a curve or move a measurement across a `Rewound`.
    """
    found: list[_Joined | Event] = []
    growing: dict[str, _Joined] = {}
    for kind, layout, payload in rows:
        if layout is not None:
            joined = growing.get(layout)
            if joined is None:
                joined = _Joined(layouts[layout], [])
                growing = {key: other for key, other in growing.items() if not other.shares(joined.layout)}
                growing[layout] = joined
                found.append(joined)
            joined.content.append(payload)
        else:
            if kind == "rewound":
                growing = {}
            found.append(_heard(kind, orjson.loads(payload)))
    events: list[Event] = []
    for item in found:
        if isinstance(item, _Joined):
            events += Frame.from_bytes(item.layout, b"".join(item.content)).events()
        else:
            events.append(item)
    return events


@dataclass(slots=True)
class _Joined:
    layout: Layout
    content: list[bytes]

    def shares(self, layout: Layout) -> bool:
        return not set(self.layout).isdisjoint(layout)


def _measured(frame: Frame) -> Entry:
    return Entry(
        frame,
        {
            "kind": MEASURED[frame.layout[0][1] is not None],
            "layout": layout_digest(frame.layout),
            "last_step": frame.last_step,
            "payload": frame.to_bytes(),
        },
    )


def _said(kind: str, content: Any) -> dict[str, Any]:
    return {"kind": kind, "layout": None, "last_step": None, "payload": to_json(content)}


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
