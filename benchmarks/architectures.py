"""The Architectures page in a browser, and the question behind it."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

from playwright.sync_api import Page

from benchmarks.race import wait_until
from benchmarks.result import Aim, Bench, Result
from benchmarks.web import app_server, browser_page, free_port, listens
from resnet_viz.jobs.inspector import Inspector
from resnet_viz.specs import DataShape
from resnet_viz.ui.server import INSPECTOR_THREADS

_SHAPE = DataShape(channels=3, px=32, classes=10).model_dump()
_WIDTHS = (4, 8, 16, 32, 64)
_IMAGES = ("3x32x32", "1x28x28", "1x14x14", "3x64x64")
_TITLE = ".st-key-architectures_right h3"
_DRAWN = "([title, text]) => document.querySelector(title)?.textContent === text"


def drawings(repetitions: int, folder: Path) -> Iterator[Result]:
    """The page of a server whose inspector is warm: opened, at another depth, with a deep network.

    Each time other networks, so that nothing is answered from memory.
    """
    opened = Result("page opened → both networks drawn, inspector warm", "s", aim=Aim("≤", 1))
    another = Result("another depth → drawn", "s", aim=Aim("≤", 0.3))
    deep = Result("depth 110 → drawn", "s", aim=Aim("≤", 0.5))
    resnet152 = Result("ResNet-152 chosen → drawn", "s", aim=Aim("≤", 0.5))
    torch = Result("torch libraries in the web process", "", aim=Aim("≤", 0))
    port = free_port()
    address = f"http://localhost:{port}/architectures"
    with browser_page() as page, app_server(folder / "home", port) as server:
        wait_until(partial(listens, port))
        page.goto(f"{address}?right=torchvision:resnet18")
        _drawn(page, "ResNet-18")
        for number in range(repetitions):
            width, image = _WIDTHS[number % 5], _IMAGES[number // 5 % 4]
            start = perf_counter()
            page.goto(f"{address}?width={width}&input={image}&depth=32")
            _drawn(page, "Residual-32")
            opened.values.append(perf_counter() - start)
            page.wait_for_timeout(500)
            slider = page.get_by_role("slider", name="Depth")
            slider.focus()
            start = perf_counter()
            page.keyboard.press("ArrowRight")
            _drawn(page, "Residual-38")
            another.values.append(perf_counter() - start)
            page.wait_for_timeout(500)
            start = perf_counter()
            page.keyboard.press("End")
            _drawn(page, "Residual-110")
            deep.values.append(perf_counter() - start)
            page.wait_for_timeout(500)
        choice = page.locator(".st-key-architectures_top input").last
        choice.click()
        choice.fill("resnet152")
        start = perf_counter()
        page.keyboard.press("Enter")
        _drawn(page, "resnet152")
        resnet152.values.append(perf_counter() - start)
        libraries = [part.path for part in server.memory_maps() if "libtorch" in part.path]
        torch.values.append(float(len(libraries)))
    yield from (opened, another, deep, resnet152, torch)


def described(repetitions: int, folder: Path) -> Iterator[Result]:
    """The question, to a process that has answered one of another network."""
    with Inspector(folder, threads=INSPECTOR_THREADS) as inspector:
        inspector.ask("architecture", {"network": "residual-8", "shape": _SHAPE})
        for name, aim in (("residual-32", Aim("≤", 0.1)), ("residual-110", None), ("densenet-40", None)):
            result = Result(f"describe {name}, warm worker", "s", aim=aim)
            for number in range(repetitions):
                # Of another width each time, or it would be known.
                grown = f"{name}+growth={12 + number}" if "dense" in name else f"{name}+width={16 + number}"
                start = perf_counter()
                inspector.ask("architecture", {"network": grown, "shape": _SHAPE})
                result.values.append(perf_counter() - start)
            yield result


def _drawn(page: Page, title: str) -> None:
    """Wait until the right pane shows the network called ``title``."""
    page.wait_for_function(_DRAWN, arg=[_TITLE, title], timeout=60_000)
    page.locator(".st-key-architectures_right .architecture svg").first.wait_for(timeout=60_000)


BENCHES = (
    Bench("architectures", "the Architectures page in a browser", drawings),
    Bench("describe", "how a network is built, from a warm worker", described),
)
