"""The web process: how soon a page is there, how large the process is, what a refresh costs."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from benchmarks.race import wait_until
from benchmarks.result import Aim, Bench, Result
from resnet_viz.ui.pages import PAGES

_BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LIVE_S = 5.0
_REFRESHES = 20


def serving(repetitions: int, folder: Path) -> Iterator[Result]:
    """A server started anew: first page, then a race watched live for some seconds."""
    painted = Result("streamlit run → first page painted", "s", aim=Aim("≤", 3))
    served = Result("web process, race page served", "MB", aim=Aim("≤", 150))
    memory = Result("web process, race watched live", "MB", aim=Aim("≤", 150))
    torch = Result("torch libraries in the web process", "", aim=Aim("≤", 0))
    load = Result("web process while a race is watched", "% of a core")
    with browser_page() as page:
        for number in range(repetitions):
            home = folder / f"home-{number}"
            port = free_port()
            start = time.perf_counter()
            with app_server(home, port) as server:
                wait_until(partial(listens, port))
                page.goto(f"http://localhost:{port}/")
                page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
                painted.values.append(time.perf_counter() - start)
                page.goto(f"http://localhost:{port}/race")
                start_button = page.locator('[data-testid="stBaseButton-primary"]').first
                start_button.wait_for(timeout=60_000)
                served.values.append(server.memory_info().rss / 1e6)
                start_button.click()
                page.locator(".live-chart .plot-container").first.wait_for(timeout=60_000)
                before, since = sum(server.cpu_times()[:2]), time.perf_counter()
                page.wait_for_timeout(_LIVE_S * 1000)
                spent = sum(server.cpu_times()[:2]) - before
                load.values.append(100 * spent / (time.perf_counter() - since))
                memory.values.append(server.memory_info().rss / 1e6)
                libraries = [part.path for part in server.memory_maps() if "libtorch" in part.path]
                torch.values.append(float(len(libraries)))
    yield from (painted, served, memory, torch, load)


def first_visits(repetitions: int, folder: Path) -> Iterator[Result]:
    """A server that has shown nothing yet, and a link straight to a page."""
    with browser_page() as page:
        for path in (page.address for page in PAGES if page.address):
            result = Result(f"server ready → /{path} visited first", "s", aim=Aim("≤", 10))
            for number in range(repetitions):
                port = free_port()
                with app_server(folder / f"{path}-{number}", port):
                    wait_until(partial(listens, port))
                    start = time.perf_counter()
                    page.goto(f"http://localhost:{port}/{path}")
                    page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
                    result.values.append(time.perf_counter() - start)
            yield result


def refresh(repetitions: int, folder: Path) -> Iterator[Result]:
    """What the page computes at each live refresh when there are 10,000 points per curve."""
    result = Result("live refresh, 10,000 points per curve", "ms of CPU", aim=Aim("≤", 20))
    command = [sys.executable, "-m", "benchmarks.refresh", str(folder), str(repetitions * _REFRESHES)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    result.values.extend(json.loads(answer))
    yield result


@contextmanager
def app_server(home: Path, port: int) -> Iterator[psutil.Process]:
    """The app on ``port``, as people start it, ended afterwards."""
    options = ("--server.headless=true", f"--server.port={port}")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    environment = os.environ | {"RESNET_VIZ_HOME": str(home)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)


@contextmanager
def browser_page() -> Iterator[Page]:
    """An empty tab of a new browser."""
    names = ("chromium", "google-chrome", "google-chrome-stable")
    chromium = next((path for path in map(shutil.which, names) if path), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_BROWSER_OPTIONS))
        page = browser.new_page()
        page.goto("about:blank")
        yield page
        browser.close()


def free_port() -> int:
    """A TCP port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody accepts connections on ``port``."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


BENCHES = (
    Bench("web", "first page, memory and load of the web process", serving),
    Bench("visit", "pages visited first, straight by their links", first_visits),
    Bench("refresh", "processor time of one live refresh", refresh),
)
