"""A caption is read at a glance: what is more than one line of it stands elsewhere."""

import importlib
import inspect
import pkgutil
from types import SimpleNamespace

import pytest

from resnet_viz import figures

MOST_WORDS = 25
BEING_REWRITTEN = {
    "depth_gradients",
    "faithfulness",
    "gradient_heatmap",
    "gradient_profile",
    "layer_statistics",
    "layers",
    "predictions",
    "responses",
    "sanity",
}
SHOWN = [
    SimpleNamespace(window=25, loss=SimpleNamespace(window=25), published=published)
    for published in ((), ("a curve",))
]
"""What captions ask of a chart: with and without published numbers."""


def captions() -> list[tuple[str, str]]:
    """Name and text of every `how_to_read` in the package."""
    found = []
    for module in pkgutil.iter_modules(figures.__path__):
        if module.name in BEING_REWRITTEN:
            continue
        loaded = importlib.import_module(f"{figures.__name__}.{module.name}")
        for name, tell in inspect.getmembers(loaded, inspect.isfunction):
            if name.startswith("how_to_read") and tell.__module__ == loaded.__name__:
                shown = SHOWN if inspect.signature(tell).parameters else [None]
                found += [(f"{module.name}.{name}", tell(*([info] if info else []))) for info in shown]
    return found


def test_there_are_captions() -> None:
    assert len(captions()) >= 8


@pytest.mark.parametrize(("name", "text"), captions())
def test_a_caption_has_at_most_25_words(name: str, text: str) -> None:
    assert len(text.split()) <= MOST_WORDS, f"{name} has {len(text.split())} words"
