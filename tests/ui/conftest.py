"""A server as people start it, and a real browser to look at it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.store import GroupRecord, Store, open_store
from resnet_viz.ui import server
from tests.jobs.waiting import ENDED, until_state
from tests.made.stored import start_race, train_race
from tests.ui.shown import Shown, watch

ROOT = Path(__file__).parents[2]
_PATIENCE_MS = 20_000
"""For what a page will show: servers, workers and browsers share few cores."""
_MOVING = frozenset(RunState) - ENDED

expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture
def store() -> Store:
    """The history of the pages, which are run in this process."""
    return server.store()


@pytest.fixture
def race(store: Store) -> GroupRecord:
    """A finished race of this browser."""
    group = start_race(store)
    train_race(store, group)
    return group


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """The rows on the Runs page."""
    return watch(monkeypatch)


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inspector]:
    """One process for all tests of a file."""
    with Inspector(tmp_path_factory.mktemp("inspector"), threads=1) as opened:
        yield opened


@pytest.fixture
def shared_inspector(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, which are run in this process, ask it."""
    monkeypatch.setattr(server, "inspector", lambda: inspector)


def free_port() -> int:
    """One that nobody uses."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def running_app(home: Path, base: str = "", **variables: str) -> Iterator[str]:
    """Start ``streamlit run app.py`` with ``home``, below ``base``, with ``variables`` too; its address."""
    with running_app_at(free_port(), home, base, **variables) as address:
        yield address


@contextmanager
def running_app_at(port: int, home: Path, base: str = "", **variables: str) -> Iterator[str]:
    """`running_app` at a port of one's choice."""
    environment = os.environ | {"RESNET_VIZ_HOME": str(home)} | variables
    environment.pop("RESNET_VIZ_DATABASE", None)
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")]
    command += ["--server.port", str(port), "--server.headless", "true"]
    command += ["--server.baseUrlPath", base] if base else []
    address = f"http://localhost:{port}{base}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "server.log").open("wb") as log:
        # From another folder, so that nothing is found by accident.
        server = subprocess.Popen(command, env=environment, cwd=home, stdout=log, stderr=log)
        try:
            _await_health(server, address, home / "server.log")
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
                raise AssertionError("the server did not end; its workers go on without it") from None


def _await_health(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)  # there is nothing to wait on before the port is open
    raise AssertionError(f"the server did not start:\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Store]]:
    """A server for all browser tests, and its history."""
    home = tmp_path_factory.mktemp("app-home")
    with running_app(home) as address, closing(open_store(home)) as store:
        yield address, store


@pytest.fixture
def app_url(app: tuple[str, Store]) -> Iterator[str]:
    """The address of that server; what a test left in training is stopped."""
    address, store = app
    yield address
    left = [entry.id for entry in store.queue.entries(_MOVING) if not entry.is_measurement]
    for run_id in left:
        store.set_desired(run_id, Desired(Wish.STOP))
    until_state(store, left)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser: cookies of its own, an English window of common size."""
    with browser.new_context(viewport={"width": 1280, "height": 1600}, locale="en-US") as person:
        person.set_default_timeout(_PATIENCE_MS)
        yield person


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A tab; whatever its console reports as an error or a warning fails the test."""
    with watched_tab(context) as tab:
        yield tab


@contextmanager
def watched_tab(context: BrowserContext) -> Iterator[Page]:
    """A tab of ``context`` in which nothing may go wrong."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    tab = context.new_page()
    tab.on("console", heard)
    tab.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    yield tab
    tab.close()
    assert complaints == []


def start_button(page: Page, kind: str) -> Locator:
    """On the page of ``kind``; while something else trains it opens the choice that has the button."""
    return page.locator(f":is(.st-key-{kind}_start, .st-key-{kind}_start_choice) button").first


def press_start(page: Page, kind: str) -> None:
    """Start what the form of ``kind`` asks for, whatever else trains."""
    start_button(page, kind).wait_for()
    # Looked at before the click: what that starts makes the next start a choice.
    choice = page.locator(f".st-key-{kind}_start_choice button")
    if choice.count():
        choice.first.click()
    page.locator(f".st-key-{kind}_start button").click()


def settled(page: Page, timeout_ms: float = 20_000) -> None:
    """Wait until the page shows what its script has made of the last thing done."""
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=timeout_ms
    )
