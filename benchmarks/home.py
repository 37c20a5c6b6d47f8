"""Home: how soon the recorded race plays in a browser that has never been here, and what is sent for it."""

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from benchmarks.race import wait_until
from benchmarks.result import Aim, Bench, Result
from benchmarks.web import app_server, browser_page, free_port, listens

_AT_STEP: Final = "(step) => Number(document.querySelector('.replay')?.dataset.step ?? -1) >= step"
_DRAWN: Final = "() => window.Plotly && document.querySelectorAll('.replay .js-plotly-plot').length === 2"
_OWN: Final = "/static/"
"""Where Streamlit has its own scripts and fonts."""


def replay(repetitions: int, folder: Path) -> Iterator[Result]:
    """Open Home with an empty cache, again and again; the server has been visited once."""
    moving = Result("Home opened → the recorded race moves", "s", aim=Aim("≤", 2))
    drawn = Result("Home opened → both charts drawn by plotly.js", "s")
    sent = Result("sent for Home, plotly.js included", "MB", aim=Aim("≤", 2))
    own = Result("sent beside that: Streamlit's own page", "MB")
    torch = Result("torch libraries in the web process", "", aim=Aim("≤", 0))
    port = free_port()
    with browser_page() as first, app_server(folder / "home", port) as server:
        wait_until(partial(listens, port))
        address = f"http://localhost:{port}/"
        first.goto(address)
        first.wait_for_function(_AT_STEP, arg=1)
        browser = first.context.browser
        assert browser is not None
        first.close()
        for _ in range(repetitions):
            times, bytes_sent = _visit(browser, address)
            moving.values.append(times[0])
            drawn.values.append(times[1])
            sent.values.append(bytes_sent["home"] / 1e6)
            own.values.append(bytes_sent["own"] / 1e6)
            torch.values.append(float(sum("libtorch" in part.path for part in server.memory_maps())))
    yield from (moving, drawn, sent, own, torch)


def _visit(browser: Browser, address: str) -> tuple[tuple[float, float], Counter[str]]:
    """Seconds until the race moves and until plotly.js has drawn it; bytes received by kind."""
    page = browser.new_page()
    network = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    received: Counter[str] = Counter()

    def asked(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = "own" if _OWN in event["request"]["url"] else "home"

    def loaded(event: dict[str, Any]) -> None:
        received[kinds.get(event["requestId"], "home")] += int(event["encodedDataLength"])

    def heard(event: dict[str, Any]) -> None:
        received["home"] += len(event["response"]["payloadData"]) * 3 // 4  # binary comes in base64

    network.on("Network.requestWillBeSent", asked)
    network.on("Network.loadingFinished", loaded)
    network.on("Network.webSocketFrameReceived", heard)
    network.send("Network.enable")
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(_AT_STEP, arg=1)
    moving = time.perf_counter() - start
    page.wait_for_function(_DRAWN)
    drawn = time.perf_counter() - start
    page.close()
    return (moving, drawn), received


BENCHES = (Bench("home", "the recorded race: how soon it plays, what is sent", replay),)
