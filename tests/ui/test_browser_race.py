"""The race in a real browser, from the click to the verdict."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.ui.conftest import press_start, settled, watched_tab

QUICK = "/race?depth=8&width=4&resolution=8&steps=40&evaluate=20&probe=10"
LONG = "/race?depth=8&width=4&resolution=8&steps=100000&evaluate=5000&probe=1000"

_STOP = ".st-key-race_stop button"
_LOSS = ".st-key-card_race_loss .live-chart-graph"
_STARTED = re.compile(r"[?&]race=(\w+)")


def start(page: Page, address: str) -> str:
    """Open ``address``, press the button; the race's name from the address bar."""
    page.goto(address)
    press_start(page, "race")
    page.wait_for_url(_STARTED)
    found = _STARTED.search(page.url)
    assert found
    return found[1]


def expect_both(page: Page, state: str) -> None:
    """Wait until both networks are in ``state``."""
    badges = page.locator('[class*="st-key-role_card"]').get_by_text(state, exact=True)
    expect(badges).to_have_count(2, timeout=30_000)


def await_updates(page: Page, more: int) -> None:
    """Wait until the loss chart has been redrawn ``more`` times."""
    script = "([chart, more]) => Number(document.querySelector(chart)?.dataset.updates ?? 0) >= more"
    seen = int(page.locator(_LOSS).get_attribute("data-updates") or 0)
    page.wait_for_function(script, arg=[_LOSS, seen + more], timeout=60_000)


def plotted(page: Page, expression: str) -> object:
    """A value of the loss chart's plotly graph ``g``."""
    return page.evaluate(
        f"(chart) => {{ const g = document.querySelector(chart); return {expression}; }}", _LOSS
    )


@pytest.fixture
def running(page: Page, app_url: str) -> Page:
    """A tab with a long race under way, which `app_url` stops at the end."""
    start(page, app_url + LONG)
    page.wait_for_function(
        "(chart) => (document.querySelector(chart)?._fullData ?? []).length >= 4", arg=_LOSS, timeout=60_000
    )
    return page


def test_from_the_click_to_the_verdict(page: Page, app_url: str) -> None:
    start(page, app_url + QUICK)
    verdict = page.locator(".st-key-race_verdict")
    expect(verdict).to_contain_text("Training loss after 40 steps at depth 8", timeout=60_000)
    expect(
        page.get_by_text("The networks differ only in the skip connection. (4 of 4 checks passed)")
    ).to_be_visible()
    expect_both(page, "Finished")
    for name in ("loss", "accuracy", "gradients", "map", "responses"):
        chart = page.locator(f".st-key-card_race_{name} .live-chart-graph")
        expect(chart).to_have_class(re.compile("js-plotly-plot"))
        expect(chart).to_have_attribute("aria-label", re.compile(".{41}"))
    settled(page)
    assert_downloads(page)


def assert_downloads(page: Page) -> None:
    """Picture and numbers of a chart, and everything recorded, can be saved."""
    chart = page.locator(".st-key-card_race_loss")
    picture = saved(page, chart, "Download the picture", "png")
    assert picture.startswith(b"\x89PNG")
    numbers = saved(page, chart, "Download the plotted numbers", "csv")
    assert numbers.startswith(b"name,x,y\nPlain,")
    recorded = saved(page, page.locator("body"), "Everything recorded as JSON", "json")
    assert recorded.startswith(b'{"race": ')
    chart.get_by_text("The numbers").click()
    rows = saved(page, chart, "All rows as CSV", "csv")
    assert len(rows.decode("utf-8-sig").splitlines()) == 41


def saved(page: Page, place: Locator, button: str, ending: str) -> bytes:
    """What is saved when the button of ``place`` is pressed whose name begins so."""
    with page.expect_download() as download:
        place.get_by_role("button", name=re.compile(f"^{button}")).click()
    assert download.value.suggested_filename.endswith(ending)
    return download.value.path().read_bytes()


def test_zoom_and_legend_survive_ten_updates(running: Page) -> None:
    box = running.locator(_LOSS).bounding_box()
    assert box
    running.mouse.move(box["x"] + 120, box["y"] + 120)
    running.mouse.down()
    running.mouse.move(box["x"] + 260, box["y"] + 220, steps=4)
    running.mouse.up()
    running.wait_for_function(
        "(chart) => document.querySelector(chart)._fullLayout.xaxis.autorange === false", arg=_LOSS
    )
    running.locator(_LOSS).locator(".legendtoggle").first.click()
    running.wait_for_function(
        "(chart) => document.querySelector(chart)._fullData.some((t) => t.visible === 'legendonly')",
        arg=_LOSS,
    )
    zoom = plotted(running, "g._fullLayout.xaxis.range")
    hidden = plotted(running, "g._fullData.map((t) => t.visible)")
    points = plotted(running, "Math.max(...g._fullData.map((t) => t.x.at(-1)))")
    running.evaluate("(chart) => { document.querySelector(chart).dataset.mine = 'same'; }", _LOSS)
    await_updates(running, 10)
    assert plotted(running, "g._fullLayout.xaxis.range") == zoom
    assert plotted(running, "g._fullData.map((t) => t.visible)") == hidden
    assert plotted(running, "g.dataset.mine") == "same"
    assert plotted(running, "Math.max(...g._fullData.map((t) => t.x.at(-1)))") != points


def test_pause_step_resume_stop(running: Page) -> None:
    running.get_by_role("button", name="Pause", exact=True).click()
    expect_both(running, "Paused")
    running.get_by_role("button", name="Single step", exact=True).click()
    running.wait_for_function(
        """() => {
          const texts = [...document.querySelectorAll('[class*="st-key-role_card"]')]
            .map((card) => card.innerText.match(/Step ([\\d,]+) of/)?.[1]);
          return texts.length === 2 && texts[0] === texts[1];
        }""",
        timeout=30_000,
    )
    running.get_by_role("button", name="Continue", exact=True).click()
    expect_both(running, "Running")
    running.locator(_STOP).click()
    expect_both(running, "Stopped")
    expect(running.locator(".st-key-race_headline h3")).to_be_visible()
    expect(running.locator(_STOP)).to_have_count(0)


def test_reload_and_second_tab_reattach_and_strangers_only_watch(
    running: Page, context: BrowserContext, browser: Browser
) -> None:
    running.reload()
    await_curves(running, "Running")
    # Three pages that watch a training in two processes are much for a small machine.
    running.get_by_role("button", name="Pause", exact=True).click()
    expect_both(running, "Paused")
    with watched_tab(context) as second:
        second.goto(running.url)
        await_curves(second, "Paused")
        expect(second.locator(_STOP)).to_be_enabled()
    with browser.new_context() as stranger, watched_tab(stranger) as tab:
        tab.goto(running.url)
        await_curves(tab, "Paused")
        expect(tab.get_by_text("you can watch it, but not control it")).to_be_visible()
        expect(tab.locator(_STOP)).to_have_count(0)


def await_curves(page: Page, state: str) -> None:
    """Wait until the page shows both networks in ``state``, with their curves."""
    expect_both(page, state)
    page.wait_for_function(
        "(chart) => (document.querySelector(chart)?._fullData ?? []).length >= 4", arg=_LOSS, timeout=30_000
    )
