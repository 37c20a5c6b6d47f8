"""What is new in a chart or a text since it was last sent, as little of it as tells the browser everything.

``live_parts.js`` applies what this module makes.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart

_WIDE: Final = 2
"""Dimensions of the values of a map."""


def chart_patch(before: Chart, after: Chart) -> dict[str, Any] | None:
    """How ``before`` becomes ``after``: what each trace gains or changes, and the layout if it did.

    ``{}`` where nothing did; None where the traces are others, so that only the whole chart will do.
    """
    if [_kind(trace) for trace in before["data"]] != [_kind(trace) for trace in after["data"]]:
        return None
    traces = [_trace_patch(old, new) for old, new in zip(before["data"], after["data"], strict=True)]
    if any(trace is None for trace in traces):
        return None
    patch: dict[str, Any] = {"traces": traces} if any(traces) else {}
    for name in ("layout", "narrow"):
        if not _same(before.get(name), after.get(name)):
            patch[name] = after.get(name)
    return patch


def text_patch(before: str, after: str) -> dict[str, Any]:
    """How ``before`` becomes ``after``: what stands between where both begin alike and where both end alike.

    Counted in UTF-16 units, as browsers count.
    """
    start = 0
    shorter = min(len(before), len(after))
    while start < shorter and before[start] == after[start]:
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        end += 1
    kept = after[len(after) - end :]
    return {
        "start": _units(before[:start]),
        "end": _units(kept),
        "text": after[start : len(after) - end],
    }


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _kind(trace: Mapping[str, Any]) -> tuple[Any, ...]:
    return trace.get("type"), trace.get("legendgroup"), trace.get("xaxis"), trace.get("fill")


def _trace_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """``rows`` and ``columns`` that follow the first so many, else ``set``; None where something is gone."""
    if before.keys() - after.keys():
        return None
    patch: dict[str, dict[str, Any]] = {"rows": {}, "columns": {}, "set": {}}
    for name, value in after.items():
        old = before.get(name)
        if _same(old, value):
            continue
        if isinstance(old, np.ndarray) and isinstance(value, np.ndarray) and old.dtype == value.dtype:
            if kept := _common(old, value):
                patch["rows"][name] = {"after": kept, "more": value[kept:]}
                continue
            if value.ndim == old.ndim == _WIDE and (kept := _common(old.T, value.T)):
                patch["columns"][name] = {"after": kept, "more": np.ascontiguousarray(value[:, kept:])}
                continue
        patch["set"][name] = value
    return {how: values for how, values in patch.items() if values}


def _common(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> int:
    """How many rows both begin with; 0 where it is less than half of the new."""
    if old.shape[1:] != new.shape[1:]:
        return 0
    shorter = min(len(old), len(new))
    # Bit by bit, so that values that are none (NaN) are equal to themselves.
    differ = _bits(old[:shorter]) != _bits(new[:shorter])
    rows = differ.reshape(shorter, -1).any(axis=1)
    kept = int(rows.argmax()) if rows.any() else shorter
    return kept if 2 * kept >= len(new) else 0


def _bits(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.ascontiguousarray(values).view(f"u{values.dtype.itemsize}")


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return (
            isinstance(old, np.ndarray)
            and isinstance(new, np.ndarray)
            and old.dtype == new.dtype
            and old.shape == new.shape
            and bool((_bits(old) == _bits(new)).all())
        )
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[name], new[name]) for name in new)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)
