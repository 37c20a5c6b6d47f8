"""The measurement "lab": one question, measured, and what that took."""

import time
from collections.abc import Generator, Mapping
from importlib import import_module
from typing import Any

from resnet_viz.errors import NotFound
from resnet_viz.lab.pairs import pair_by_pair
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import N_
from resnet_viz.processes.measuring import Bench, Partial
from resnet_viz.processes.used import cpu_s, peak_bytes, peak_bytes_of_ended


def measure(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Measure ``question`` about ``networks`` with ``settings``, then about each of the pairs ``further``.

    Every result has ``wall_s``, and ``cpu_s`` and ``peak_bytes`` of this process and of those that it
    started and that have ended; of these the peak is the largest's.

    Raises:
        NotFound: there is no such question or network.
        InvalidSetting: it cannot be asked of these networks.
    """
    name = values["question"]
    if name not in QUESTIONS:
        raise NotFound("no_such_question", N_("The Lab has no question {name}."), name=str(name)[:60])
    began, used = time.perf_counter(), cpu_s()
    # Torch, and what else only measuring needs.
    from_asked = import_module("resnet_viz.lab.asked").asked_of
    measures = import_module(f"resnet_viz.lab.measures.{name}").measure
    pairs = [values["networks"], *values.get("further", ())]
    each = (measures(from_asked({**values, "networks": pair}, bench)) for pair in pairs)
    for partial in pair_by_pair(each, len(pairs), values.get("seeds", ())):
        if partial.values is None:
            yield partial
            continue
        took = {
            "wall_s": time.perf_counter() - began,
            "cpu_s": cpu_s() - used,
            "peak_bytes": peak_bytes() + peak_bytes_of_ended(),
        }
        yield Partial(partial.share, {**partial.values, **took}, partial.arrays)
