"""The Runs page with a long history: 5,000 runs with 5 million measured numbers."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from playwright.sync_api import Page

from benchmarks.library import fill
from benchmarks.race import wait_until
from benchmarks.result import Aim, Bench, Result
from benchmarks.web import app_server, browser_page, free_port, listens

_RUNS = 5_000
_POINTS = 5_000_000
_ROWS = ".runs-table tbody tr"
_SEARCHES = ("plain-56", "residual-8", "plain-14 finished", "lesson", "residual-32")
_OTHER = """
    before => {
        const rows = document.querySelector(".runs-table tbody");
        return rows && rows.innerText !== before;
    }
"""


def runs_page(repetitions: int, folder: Path) -> Iterator[Result]:
    """Open the page, search it, look at what the server takes."""
    new = Result("Runs page, browser that was never here: address → rows", "s", aim=Aim("≤", 1.5))
    again = Result("Runs page, browser that was here: address → rows", "s", aim=Aim("≤", 1.5))
    found = Result("search → other rows", "s", aim=Aim("≤", 0.3))
    memory = Result("web process, 5,000 runs listed and searched", "MB", aim=Aim("≤", 250))
    fill(folder, _RUNS, _POINTS)
    port = free_port()
    address = f"http://localhost:{port}/runs?view=runs"
    with app_server(folder, port) as server:
        wait_until(partial(listens, port))
        with browser_page() as page:
            _open(page, address)  # what the server does once, at the very first visit
        for _number in range(repetitions):
            with browser_page() as page:
                new.values.append(_open(page, address))
                again.values.append(_open(page, address))
                found.values.extend(_search(page, word) for word in _SEARCHES)
        memory.values.append(server.memory_info().rss / 1e6)
    yield from (new, again, found, memory)


def _open(page: Page, address: str) -> float:
    """Seconds from the address to the first rows."""
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(_ROWS).first.wait_for(timeout=60_000)
    return time.perf_counter() - start


def _search(page: Page, word: str) -> float:
    """Seconds from the Enter key to other rows."""
    field = page.get_by_role("searchbox").first
    before = page.locator(".runs-table tbody").inner_text()
    field.fill(word)
    start = time.perf_counter()
    field.press("Enter")
    page.wait_for_function(_OTHER, arg=before, polling=10)
    return time.perf_counter() - start


BENCHES = (Bench("runs", "the Runs page with 5,000 runs and 5 million numbers", runs_page),)
