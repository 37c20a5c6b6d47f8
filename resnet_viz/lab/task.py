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

_UNIT_BYTES: Final = 1 if sys.platform == "darwin" else 1024


def measure(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Measure ``question`` about ``networks`` with ``settings``.

    Every result has ``wall_s``, ``cpu_s`` and ``peak_bytes`` of this process, since it began.

    Raises:
        NotFound: there is no such question or network.
        InvalidSetting: it cannot be asked of these networks.
    """
    name = values["question"]
    if name not in QUESTIONS:
        raise NotFound("no_such_question", N_("The Lab has no question {name}."), name=str(name)[:60])
    began, used = time.perf_counter(), time.process_time()
    # Torch, and what else only measuring needs.
    from_asked = import_module("resnet_viz.lab.asked").asked_of
    measures = import_module(f"resnet_viz.lab.measures.{name}").measure
    for partial in measures(from_asked(values, bench)):
        if partial.values is None:
            yield partial
            continue
        took = {
            "wall_s": time.perf_counter() - began,
            "cpu_s": time.process_time() - used,
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT_BYTES,
        }
        yield Partial(partial.share, {**partial.values, **took}, partial.arrays)
