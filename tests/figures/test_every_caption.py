"""A caption is read at a glance: every chart's is one line, more stands behind its question mark."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from resnet_viz import figures
from resnet_viz.figures.gradient_profile import METRICS
from resnet_viz.figures.layer_statistics import MEASURES

MOST_WORDS = 25
SHOWN: dict[str, tuple[Any, ...]] = {
    "info": tuple(
        SimpleNamespace(window=25, loss=SimpleNamespace(window=25), published=published)
        for published in ((), ("a curve",))
    ),
    "metric": tuple(METRICS),
    "measure": tuple(MEASURES),
}
"""What captions ask for, by the name of their parameter."""


def captions() -> Iterator[tuple[str, str]]:
    """Name and text of every `how_to_read` in the package."""
    for module in pkgutil.iter_modules(figures.__path__):
        loaded = importlib.import_module(f"{figures.__name__}.{module.name}")
        for name, tell in inspect.getmembers(loaded, inspect.isfunction):
            if name.startswith("how_to_read") and tell.__module__ == loaded.__name__:
                parameters = list(inspect.signature(tell).parameters)
                for given in SHOWN[parameters[0]] if parameters else ((),):
                    yield f"{module.name}.{name}", tell(given) if parameters else tell()


CAPTIONS = list(captions())


def test_there_are_captions() -> None:
    assert len({name for name, _text in CAPTIONS}) > 12


@pytest.mark.parametrize(("name", "text"), CAPTIONS)
def test_a_caption_has_at_most_25_words(name: str, text: str) -> None:
    assert len(re.findall(r"[\w‖∂/Δ'-]+", text)) <= MOST_WORDS, name
