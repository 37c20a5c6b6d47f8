"""What every test gets: a home of its own, the English language, one thread."""

import os
from collections.abc import Iterator
from pathlib import Path

# Before anything imports NumPy or torch: two test processes share two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest

from resnet_viz.locale import set_language
from resnet_viz.store import Store, open_store


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser and run it last: Playwright keeps an event loop where asyncio wants none."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder as RESNET_VIZ_HOME, so that no test touches a person's history."""
    home = tmp_path / "home"
    monkeypatch.setenv("RESNET_VIZ_HOME", str(home))
    monkeypatch.delenv("RESNET_VIZ_DATABASE", raising=False)
    return home


@pytest.fixture
def own_store(own_home: Path) -> Iterator[Store]:
    """The history in `own_home`."""
    store = open_store(own_home)
    yield store
    store.close()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Start each test in English, whatever the one before it left."""
    set_language("en")
    yield
    set_language("en")
