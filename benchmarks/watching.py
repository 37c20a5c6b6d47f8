"""What watching costs: a race in a browser on the same cores, and many viewers of one server."""

import json
import threading
import time
import zlib
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import quantiles
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import psutil
from playwright.sync_api import Page

from benchmarks.race import DEGRADATION, SupervisedHome, wait_until
from benchmarks.recorded import record
from benchmarks.result import Aim, Bench, Result
from benchmarks.web import app_server, browser_page, free_port, listens
from resnet_viz.store import Store, open_store

_WINDOW: Final = {"width": 1024, "height": 768}
"""A projector's."""
_LONG_TASKS: Final = """() => {
  window.longest = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    window.longest = Math.max(window.longest, entry.duration);
  })).observe({ entryTypes: ["longtask"] });
}"""
_ANSWERED: Final = """(name) => new Promise((answered) => {
  const button = () => document.querySelector(`.st-key-${name} button`);
  const begun = performance.now();
  button().click();
  const look = () => (button() ? requestAnimationFrame(look) : answered(performance.now() - begun));
  look();
})"""
"""Milliseconds from a click on a control to the frame that shows what it did: the control is gone."""
_LONG_RACE: Final = "race?depth=32&steps=100000&evaluate=5000&probe=50"
_VIEWERS: Final = 30
_WATCHED_S: Final = 60.0
_EVERY_S: Final = 0.25
_POINTS: Final = 5


def in_a_browser(repetitions: int, folder: Path) -> Iterator[Result]:
    """The degradation preset, in turn without a browser and watched in one, from click to verdict."""
    alone = Result("asked → verdict, warm, nobody watches", "s")
    watched = Result("click → verdict on screen, watched", "s")
    ratio = Result("the second ÷ the first", "", aim=Aim("≤", 1.25))
    browser_s = Result("browser, all processes, while watched", "s of CPU a second", aim=Aim("≤", 0.15))
    busy = Result("browser's main thread busy", "%", aim=Aim("≤", 20))
    longest = Result("longest task while watched", "ms", aim=Aim("≤", 100))
    server_s = Result("web process while watched", "ms of CPU a second")
    for number in range(repetitions):
        with SupervisedHome(folder / f"alone-{number}", warm=2) as home:
            home.until_warm()
            alone.values.append(home.race(DEGRADATION).end_s)
        port = free_port()
        with browser_page() as page, app_server(folder / f"watched-{number}", port) as server:
            wait_until(partial(listens, port))
            page.set_viewport_size(_WINDOW)  # type: ignore[arg-type]
            page.goto(f"http://localhost:{port}/race?preset=degradation")
            _until_rested(server)
            seen = _watch_a_race(page, server)
        watched.values.append(seen.whole_s)
        ratio.values.append(seen.whole_s / alone.values[-1])
        browser_s.values.append(seen.browser_s)
        busy.values.append(100 * seen.main_thread)
        longest.values.append(seen.longest_ms)
        server_s.values.append(1000 * seen.server_s)
    yield from (alone, watched, ratio, browser_s, busy, longest, server_s)


@dataclass(frozen=True, slots=True)
class _Watched:
    """Seconds from the click to the verdict, and shares of that time while the race ran."""

    whole_s: float
    browser_s: float
    main_thread: float
    longest_ms: float
    server_s: float


def _watch_a_race(page: Page, server: psutil.Process) -> _Watched:
    """Press the button and keep the loss charts in view until the verdict."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable")

    def main_thread_s() -> float:
        found = tools.send("Performance.getMetrics")["metrics"]
        return float(next(entry["value"] for entry in found if entry["name"] == "TaskDuration"))

    chromium = [one for one in psutil.process_iter() if "chrom" in one.name()]
    clicked = time.perf_counter()
    page.locator('[data-testid="stBaseButton-primary"]').first.click()
    page.locator(".live-chart .main-svg").first.wait_for(timeout=60_000)
    page.evaluate("document.querySelector('.live-chart').scrollIntoView()")
    page.evaluate(_LONG_TASKS)
    before = time.perf_counter(), _cpu_s(chromium), main_thread_s(), _cpu_s([server])
    page.locator(".st-key-race_headline h3").wait_for(timeout=600_000)
    after = time.perf_counter(), _cpu_s(chromium), main_thread_s(), _cpu_s([server])
    lasted, *spent = (end - start for start, end in zip(before, after, strict=True))
    browser_s, main_s, server_s = (value / lasted for value in spent)
    return _Watched(after[0] - clicked, browser_s, main_s, float(page.evaluate("longest")), server_s)


def _until_rested(server: psutil.Process) -> None:
    """Wait until the workers are there and have stopped importing."""
    wait_until(lambda: len(server.children(recursive=True)) >= 2)
    calm = 0
    while calm < 4:
        busy = _cpu_s([server, *server.children(recursive=True)])
        time.sleep(0.5)
        calm = calm + 1 if _cpu_s([server, *server.children(recursive=True)]) - busy < 0.05 else 0


def _cpu_s(processes: list[psutil.Process]) -> float:
    spent = 0.0
    for process in processes:
        try:
            spent += sum(process.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return spent


def controls(repetitions: int, folder: Path) -> Iterator[Result]:
    """Pause and continue a race while two networks train, and stop it at last."""
    names = ("pause", "resume", "stop")
    found = {name: Result(f"{name} clicked → answered on screen", "ms", aim=Aim("≤", 300)) for name in names}
    port = free_port()
    with browser_page() as page, app_server(folder / "home", port) as server:
        wait_until(partial(listens, port))
        page.set_viewport_size(_WINDOW)  # type: ignore[arg-type]
        for _race in range(repetitions):
            page.goto(f"http://localhost:{port}/{_LONG_RACE}")
            _until_rested(server)
            page.locator('[data-testid="stBaseButton-primary"]').first.click()
            for _turn in range(3):
                page.locator(".state.green").nth(1).wait_for(timeout=60_000)
                page.wait_for_timeout(2000)
                for name in ("pause", "resume"):
                    page.locator(f".st-key-race_{name} button:enabled").wait_for(timeout=60_000)
                    found[name].values.append(float(page.evaluate(_ANSWERED, f"race_{name}")))
            page.locator(".state.green").nth(1).wait_for(timeout=60_000)
            found["stop"].values.append(float(page.evaluate(_ANSWERED, "race_stop")))
            page.locator(".st-key-race_headline h3").wait_for(timeout=60_000)
    yield from found.values()


def many_viewers(_repetitions: int, folder: Path) -> Iterator[Result]:
    """Thirty who watch, first one race, then each another, while two networks train."""
    port, home = free_port(), folder / "home"
    with app_server(home, port) as server, browser_page() as page:
        wait_until(partial(listens, port))
        address = f"http://localhost:{port}"
        page.goto(f"{address}/{_LONG_RACE}")
        _until_rested(server)
        page.locator('[data-testid="stBaseButton-primary"]').first.click()
        page.locator(".live-chart .main-svg").first.wait_for(timeout=60_000)
        store = open_store(home)
        groups = [_Growing(store) for _viewer in range(_VIEWERS)]
        with _growing(groups):
            links = [_followed(page, address, group) for group in groups]
            page.goto("about:blank")
            one, each = groups[:1], links[:1] * _VIEWERS
            yield from _load("of one race", server, one, each, delay=0.7, viewer_ms=2.0)
            yield from _load("each of another race", server, groups, links, delay=1.2, core=1.0)
        store.close()


class _Growing:
    """A race on record that grows; ``at`` says when each step was recorded."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.group = store.add_group("race", "benchmark", DEGRADATION.to_json(), list(DEGRADATION.runs()))
        self._attempts = {run: store.claim(run, "benchmark") or 0 for run in self.group.run_ids}
        self.at: dict[int, float] = {}
        self._grown = 0

    def grow(self) -> None:
        """Some steps more of each run."""
        for run, attempt in self._attempts.items():
            record(self._store, run, attempt, self._grown, _POINTS, every=_POINTS)
        now = time.monotonic()
        self.at |= dict.fromkeys(range(self._grown, self._grown + _POINTS), now)
        self._grown += _POINTS


def _followed(page: Page, address: str, group: _Growing) -> str:
    """The address under which the page of ``group`` follows it, from nothing."""
    with page.expect_request("**/live?*") as asked:
        page.goto(f"{address}/race?race={group.group.id}")
    split = urlsplit(asked.value.url)
    parts = [part.rpartition(".")[0] + ".0" for part in split.query.split("&")]
    return f"{split.path}?{'&'.join(parts)}"


@dataclass
class _Seen:
    """What one viewer got."""

    bytes: int = 0
    delays: list[float] = field(default_factory=list)


def _load(
    who: str,
    server: psutil.Process,
    groups: list[_Growing],
    links: list[str],
    *,
    delay: float,
    viewer_ms: float | None = None,
    core: float | None = None,
) -> Iterator[Result]:
    """Let ``links``, which lead to ``groups``, be followed for a while."""
    late = Result(f"{_VIEWERS} viewers {who}: recorded → received, p95", "s", aim=Aim("≤", delay))
    cost = Result(
        f"{_VIEWERS} viewers {who}: web process, per viewer",
        "ms of CPU a second",
        aim=None if viewer_ms is None else Aim("≤", viewer_ms),
    )
    load = Result(
        f"{_VIEWERS} viewers {who}: web process", "cores", aim=None if core is None else Aim("≤", core)
    )
    wire = Result(f"{_VIEWERS} viewers {who}: on the wire, each", "kB a minute", aim=Aim("≤", 250))
    memory = Result(f"{_VIEWERS} viewers {who}: web process", "MB", aim=Aim("≤", 220))
    port = next(one.laddr.port for one in server.net_connections() if one.status == psutil.CONN_LISTEN)
    ended = threading.Event()
    with ThreadPoolExecutor(len(links)) as pool:
        begun, spent = time.monotonic(), _cpu_s([server])
        watching = [
            pool.submit(_watch, port, link, groups[number % len(groups)], ended)
            for number, link in enumerate(links)
        ]
        time.sleep(_WATCHED_S)
        lasted = time.monotonic() - begun
        load.values.append((_cpu_s([server]) - spent) / lasted)
        memory.values.append(server.memory_info().rss / 1e6)
        ended.set()
        seen = [one.result() for one in watching]
    cost.values.append(1000 * load.values[0] / len(links))
    late.values.append(quantiles([value for one in seen for value in one.delays], n=20)[-1])
    wire.values.extend(one.bytes / lasted * 60 / 1000 for one in seen)
    yield from (late, cost, load, wire, memory)


@contextmanager
def _growing(groups: list[_Growing]) -> Iterator[None]:
    """All grow side by side, each several times a second."""
    ended = threading.Event()

    def grow() -> None:
        while not ended.wait(_EVERY_S):
            for group in groups:
                group.grow()

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(port: int, link: str, group: _Growing, ended: threading.Event) -> _Seen:
    """Follow ``link`` until ``ended``."""
    seen = _Seen()
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", link, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    begun, unpacker, text = time.monotonic(), zlib.decompressobj(wbits=31), b""
    while not ended.is_set() and (packed := response.read1(65536)):
        now = time.monotonic()
        seen.bytes += len(packed)
        *lines, text = (text + unpacker.decompress(packed)).split(b"\n")
        for line in lines:
            steps = _steps(json.loads(line[6:])) if line else []
            seen.delays += [now - group.at[step] for step in steps if group.at[step] > begun]
    connection.close()
    return seen


def _steps(message: dict[str, Any]) -> list[int]:
    """The steps that a curve of every step has gained, if the message is about one."""
    for trace in message.get("patch", {}).get("traces", ()):
        gained = trace.get("rows", {}).get("x")
        if gained and "y" in trace["rows"]:
            return [int(step) for step in np.frombuffer(b64decode(gained["more"]["bdata"]), np.int32)]
    return []


BENCHES = (
    Bench("watching", "a race watched in a browser on the same cores", in_a_browser),
    Bench("controls", "how soon a control is answered while two networks train", controls),
    Bench("viewers", "thirty viewers of one server while two networks train", many_viewers),
)
