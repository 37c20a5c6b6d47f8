"""What every test gets: a home of its own, English, one thread; and a browser, for whoever asks for one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

# Before anything imports NumPy or torch: two test processes share two cores.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from playwright.sync_api import Browser, sync_playwright

from resnet_viz.locale import set_language
from resnet_viz.store import Store, open_store
from tests.made.programs import Programs, opened_programs

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# As tools/system.sh looks for them; Ubuntu's chromium-browser is but a stub.
_BROWSERS = ("chromium", "google-chrome", "google-chrome-stable")


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


@pytest.fixture(scope="session")
def programs() -> Iterator[Programs]:
    """Runs what is handed out as a program."""
    with opened_programs() as opened:
        yield opened


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start each test in English, whatever the one before it left and the machine speaks."""
    monkeypatch.setenv("RESNET_VIZ_LANG", "en")
    set_language("en")
    yield
    set_language("en")


# Not for the session: playwright keeps an event loop in this thread, and other tests bring their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; its absence is a failure in continuous integration, else the test is skipped."""
    with sync_playwright() as playwright:
        found = next((path for path in map(shutil.which, _BROWSERS) if path), None)
        if found is None and not Path(playwright.chromium.executable_path).exists():
            message = "no Chromium: install Debian's chromium or run `playwright install chromium`"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        with playwright.chromium.launch(executable_path=found, args=_ARGUMENTS) as chromium:
            yield chromium
