"""The measurement "lab": one question, measured, and what that took."""

import resource
import sys
import time
from collections.abc import Generator, Mapping
from importlib import import_module
from typing import Any, Final

from resnet_viz.errors import NotFound
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import N_
from resnet_viz.processes.measuring import Bench, Partial

_ALL: Final = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
_UNIT_BYTES: Final = 1 if sys.platform == "darwin" else 1024


def measure(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Measure ``question`` about ``networks`` with ``settings``.

    Every result has ``wall_s``, and ``cpu_s`` and ``peak_bytes`` of this process and of those that it
    started and that have ended; of these the peak is the largest's.

    Raises:
        NotFound: there is no such question or network.
        InvalidSetting: it cannot be asked of these networks.
    """
    name = values["question"]
    if name not in QUESTIONS:
        raise NotFound("no_such_question", N_("The Lab has no question {name}."), name=str(name)[:60])
    began, used = time.perf_counter(), _cpu_s()
    # Torch, and what else only measuring needs.
    from_asked = import_module("resnet_viz.lab.asked").asked_of
    measures = import_module(f"resnet_viz.lab.measures.{name}").measure
    for partial in measures(from_asked(values, bench)):
        if partial.values is None:
            yield partial
            continue
        took = {
            "wall_s": time.perf_counter() - began,
            "cpu_s": _cpu_s() - used,
            "peak_bytes": sum(resource.getrusage(who).ru_maxrss for who in _ALL) * _UNIT_BYTES,
        }
        yield Partial(partial.share, {**partial.values, **took}, partial.arrays)


def _cpu_s() -> float:
    """Of this process and of its own that have ended."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, _ALL))
