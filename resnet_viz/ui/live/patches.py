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
    return trace.get("type"), trace.get("name"), trace.get("legendgroup"), trace.get("xaxis")


def _trace_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """``add`` rows, ``widen`` by columns, ``set`` anew; None where something is gone."""
    if before.keys() - after.keys():
        return None
    patch: dict[str, dict[str, Any]] = {"add": {}, "widen": {}, "set": {}}
    for name, value in after.items():
        old = before.get(name)
        if _same(old, value):
            continue
        if isinstance(old, np.ndarray) and isinstance(value, np.ndarray) and old.dtype == value.dtype:
            if _begins_with(value, old):
                patch["add"][name] = value[len(old) :]
                continue
            if value.ndim == old.ndim == _WIDE and _begins_with(value.T, old.T):
                patch["widen"][name] = np.ascontiguousarray(value[:, old.shape[1] :])
                continue
        patch["set"][name] = value
    return {how: values for how, values in patch.items() if values}


def _begins_with(whole: npt.NDArray[Any], part: npt.NDArray[Any]) -> bool:
    """Whether the first rows of ``whole`` are ``part``, and there are more."""
    if whole.shape[1:] != part.shape[1:] or not 0 < len(part) < len(whole):
        return False
    return _equal(whole[: len(part)], part)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, np.ndarray) or isinstance(new, np.ndarray):
        return (
            isinstance(old, np.ndarray)
            and isinstance(new, np.ndarray)
            and old.dtype == new.dtype
            and old.shape == new.shape
            and _equal(old, new)
        )
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[name], new[name]) for name in new)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return bool(old == new)


def _equal(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Equal to the bit, so that values that are none (NaN) are equal to themselves."""
    return np.ascontiguousarray(one).tobytes() == np.ascontiguousarray(other).tobytes()
