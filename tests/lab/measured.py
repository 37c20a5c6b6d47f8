"""Measure a question about the bundled networks, as small as it can be, and look at every partial result."""

from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from resnet_viz.inspection.models import load_model
from resnet_viz.lab.asked import Asked, Trained
from resnet_viz.lab.question import Question
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench, Partial
from tests.probes.untouched import untouched

Measure = Callable[[Asked], Generator[Partial]]


def results(question: Question, measure: Measure, settings: Mapping[str, Any], folder: Path) -> list[Frame]:
    """All results, partial ones first, each of which could be drawn; the networks are as they were."""
    families = ("residual",) if question.residual_only else ("plain", "residual")
    networks = tuple(Trained(name, load_model(f"bundled:{name}", folder), folder) for name in families)
    found: list[Frame] = []
    shares = []
    asked = Asked(networks, {**question.defaults, **settings}, Bench(folder, 1, 1))
    with untouched(networks[-1].model.network):
        for partial in measure(asked):
            shares.append(partial.share)
            if partial.values is not None:
                frame = Frame(dict(partial.values), dict(partial.arrays or {}))
                # As it comes from the process that measures.
                found.append(Frame.from_bytes(frame.to_bytes()))
                assert question.panels(found[-1])
                question.find(found[-1])
    assert shares == sorted(shares)
    assert shares[-1] == 1
    return found
