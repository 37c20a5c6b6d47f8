"""Answers of the Lab, measured here and now."""

from pathlib import Path
from typing import Any

from resnet_viz.lab.table import QUESTIONS
from resnet_viz.lab.task import measure
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench


def partials(
    name: str, home: Path, networks: tuple[dict[str, Any], ...] = (), **settings: object
) -> list[Frame]:
    """Everything that the question ``name`` tells while it is measured."""
    values = {
        "question": name,
        "networks": list(networks),
        "settings": QUESTIONS[name].with_settings(settings),
    }
    return [
        Frame.from_bytes(Frame(dict(one.values), dict(one.arrays or {})).to_bytes())
        for one in measure(values, Bench(home, 1, 1))
        if one.values is not None
    ]


def answer(name: str, home: Path, networks: tuple[dict[str, Any], ...] = (), **settings: object) -> Frame:
    """The finished answer."""
    return partials(name, home, networks, **settings)[-1]
