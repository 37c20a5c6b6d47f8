"""The lines that a supervisor and its workers exchange: JSON, one message a line."""

import json
from typing import Any, NamedTuple

from resnet_viz.jobs.capacity import DeviceFacts


class Job(NamedTuple):
    """To a worker: carry out this attempt, already claimed, at this run, on so many CPU threads."""

    run_id: str
    attempt: int
    threads: int


class Leave(NamedTuple):
    """To a worker: stop the run in hand with a checkpoint, and exit."""


class Ready(NamedTuple):
    """From a worker: torch is imported and warm; ``devices`` has the fastest first."""

    torch: str
    devices: tuple[DeviceFacts, ...]


class Begun(NamedTuple):
    """From a worker: it has taken up the run; if it dies now, that may be the run's doing."""

    run_id: str


class Done(NamedTuple):
    """From a worker: it let go of the run; ``reusable`` where it can take another."""

    run_id: str
    reusable: bool


Message = Job | Leave | Ready | Begun | Done

_KINDS: dict[str, type[Job | Leave | Ready | Begun | Done]] = {
    kind.__name__.lower(): kind for kind in (Job, Leave, Ready, Begun, Done)
}


def encode(message: Message) -> bytes:
    """One line, e.g. ``{"done": {"run_id": "…", "reusable": true}}``."""
    content: dict[str, Any] = message._asdict()
    if isinstance(message, Ready):
        content["devices"] = [device._asdict() for device in message.devices]
    return json.dumps({type(message).__name__.lower(): content}).encode() + b"\n"


def decode(line: bytes) -> Message:
    """The message in ``line``; raises ValueError, KeyError or TypeError where there is none."""
    ((kind, content),) = json.loads(line).items()
    if kind == "ready":
        devices = tuple(DeviceFacts(**device) for device in content["devices"])
        return Ready(content["torch"], devices)
    return _KINDS[kind](**content)
