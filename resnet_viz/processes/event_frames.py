"""What a training measured, as values and arrays of one frame of the channel, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from resnet_viz.events import Event, Facts, Failure, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.processes.channel import Arrays, Frame


def frame_of(events: Iterable[Event]) -> Frame:
    """Series, profiles, facts, progress and changes of state; nothing is said of checkpoints.

    Not for a training that is resumed.
    """
    said: list[dict[str, Any]] = []
    arrays: dict[str, Any] = {}
    for event in events:
        match event:
            case Series(name, step, value) | Profile(name, _, step, value):
                taps = list(event.taps) if isinstance(event, Profile) else None
                arrays[f"{len(said)}.step"], arrays[f"{len(said)}.value"] = step, value
                said.append({"measured": name, "taps": taps})
            case Facts(values):
                said.append({"facts": values})
            case Progress(step):
                said.append({"step": step})
            case StateChanged(state, failure):
                why = failure and [failure.code, failure.template, failure.parameters]
                said.append({"state": state.value, "failure": why})
            case _:
                pass
    return Frame({"events": said}, arrays)


def events_of(values: Mapping[str, Any], arrays: Arrays) -> list[Event]:
    """The events that `frame_of` was given."""
    return [_event(number, said, arrays) for number, said in enumerate(values["events"])]


def _event(number: int, said: Mapping[str, Any], arrays: Arrays) -> Event:
    match said:
        case {"measured": name, "taps": taps}:
            step, value = arrays[f"{number}.step"], arrays[f"{number}.value"]
            return Series(name, step, value) if taps is None else Profile(name, tuple(taps), step, value)
        case {"facts": values}:
            return Facts(values)
        case {"step": step}:
            return Progress(step)
        case {"state": state, "failure": why}:
            return StateChanged(RunState(state), Failure(*why) if why else None)
    raise ValueError(f"not an event: {said}")
