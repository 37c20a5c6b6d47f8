"""What a supervisor and its workers tell each other, as values of one frame of the channel."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from resnet_viz.jobs.capacity import DeviceFacts


class Job(NamedTuple):
    """To a worker: carry out this attempt, already claimed, at this run, on so many CPU threads.

    ``gpu``: the number of the NVIDIA GPU that is meant for it; None where it trains on something else.
    """

    run_id: str
    attempt: int
    threads: int
    gpu: int | None = None


class Measure(NamedTuple):
    """To a worker: carry out this attempt, already claimed, at this measurement, in so many slots."""

    measurement_id: str
    attempt: int
    slots: int


class Leave(NamedTuple):
    """To a worker: stop the run in hand with a checkpoint, or give its measurement back, and exit."""


class Ready(NamedTuple):
    """From a worker: torch is imported and warm; ``devices`` has the fastest first."""

    torch: str
    devices: tuple[DeviceFacts, ...]


class Begun(NamedTuple):
    """From a worker: it has taken up the run or measurement; if it dies now, that may be the job's doing."""

    job_id: str


class Done(NamedTuple):
    """From a worker: it let go of the run or measurement; ``reusable`` where it can take another."""

    job_id: str
    reusable: bool


Message = Job | Measure | Leave | Ready | Begun | Done

_KINDS: dict[str, type[Message]] = {
    kind.__name__.lower(): kind for kind in (Job, Measure, Leave, Ready, Begun, Done)
}


def to_values(message: Message) -> dict[str, Any]:
    """As it travels, e.g. ``{"done": {"job_id": "…", "reusable": true}}``."""
    content: dict[str, Any] = message._asdict()
    if isinstance(message, Ready):
        content["devices"] = [device._asdict() for device in message.devices]
    return {type(message).__name__.lower(): content}


def from_values(values: Mapping[str, Any]) -> Message:
    """The message in ``values``; raises ValueError where there is none."""
    try:
        ((kind, content),) = values.items()
        if kind == "ready":
            devices = tuple(DeviceFacts(**device) for device in content["devices"])
            return Ready(content["torch"], devices)
        return _KINDS[kind](**content)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a message: {values}") from error
