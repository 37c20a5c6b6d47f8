"""Measurements as compact tables: what was measured at the same steps shares one.

A `Frame` has one packed little-endian record per step: the step as int64,
then each `Series` as float64 and each `Profile` as float32 [taps]. Its layout
says what the columns are and is stored once, not with every frame. Bytes of
frames with one layout, put end to end, are a longer frame: that is what makes
reading thousands of small ones fast.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import orjson

from resnet_viz.events import Profile, Series

Column = tuple[str, tuple[str, ...] | None]
Layout = tuple[Column, ...]  # names, and for profiles their taps; one frame has one kind only


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Columns measured at the same steps; ``records`` is a structured array [n]."""

    layout: Layout
    records: npt.NDArray[np.void]

    @classmethod
    def from_bytes(cls, layout: Layout, content: bytes) -> Self:
        """The frame whose records `to_bytes` wrote."""
        return cls(layout, np.frombuffer(content, _record(layout)))

    def to_bytes(self) -> bytes:
        """The records, end to end."""
        return self.records.tobytes()

    @property
    def last_step(self) -> int:
        """The largest step."""
        return int(self.records["step"].max())

    def before(self, step: int) -> Self:
        """What was measured before ``step``."""
        return type(self)(self.layout, self.records[self.records["step"] < step])

    def events(self) -> list[Series | Profile]:
        """The columns, each with its own copy of the numbers."""
        steps = np.ascontiguousarray(self.records["step"], np.int64)
        found: list[Series | Profile] = []
        for index, (name, taps) in enumerate(self.layout):
            values = self.records[f"column{index}"]
            if taps is None:
                found.append(Series(name, steps, np.ascontiguousarray(values, np.float64)))
            else:
                found.append(Profile(name, taps, steps, np.ascontiguousarray(values, np.float32)))
        return found


def frames_of(events: Iterable[Series | Profile]) -> list[Frame]:
    """The measurements in as few frames as possible; series and profiles apart.

    Events of one name are joined in their order; empty ones vanish.

    Raises:
        ValueError: the arrays of an event do not fit each other.
    """
    columns: dict[Column, list[Series | Profile]] = {}
    for event in events:
        taps = event.taps if isinstance(event, Profile) else None
        shape = (len(event.step),) if taps is None else (len(event.step), len(taps))
        if event.step.ndim != 1 or event.value.shape != shape:
            raise ValueError(f"{event.name}: values of shape {event.value.shape}, expected {shape}")
        if len(event.step):
            columns.setdefault((event.name, taps), []).append(event)
    same_steps: dict[tuple[bool, bytes], list[tuple[Column, npt.NDArray[Any]]]] = {}
    for column, parts in columns.items():
        steps = np.concatenate([part.step for part in parts]).astype("<i8", copy=False)
        values = np.concatenate([part.value for part in parts])
        same_steps.setdefault((column[1] is None, steps.tobytes()), []).append((column, values))
    return [_frame(steps, filled) for (_, steps), filled in same_steps.items()]


def layout_json(layout: Layout) -> str:
    """The layout as it is stored."""
    return orjson.dumps(layout).decode()


def layout_of(text: str) -> Layout:
    """The layout that `layout_json` wrote."""
    return tuple((name, None if taps is None else tuple(taps)) for name, taps in orjson.loads(text))


def layout_digest(layout: Layout) -> str:
    """What a layout is called."""
    return hashlib.sha256(layout_json(layout).encode()).hexdigest()[:16]


def _frame(steps: bytes, filled: list[tuple[Column, npt.NDArray[Any]]]) -> Frame:
    layout = tuple(column for column, _ in filled)
    step = np.frombuffer(steps, "<i8")
    records = np.empty(len(step), _record(layout))
    records["step"] = step
    for index, (_, values) in enumerate(filled):
        records[f"column{index}"] = values
    return Frame(layout, records)


def _record(layout: Layout) -> np.dtype[np.void]:
    columns: list[Any] = [("step", "<i8")]
    for index, (_, taps) in enumerate(layout):
        columns.append((f"column{index}", "<f8") if taps is None else (f"column{index}", "<f4", (len(taps),)))
    return np.dtype(columns)
