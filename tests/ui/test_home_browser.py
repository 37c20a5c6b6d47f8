"""The recorded race in a real browser: it plays by itself and asks the server for nothing."""

import re

import pyarrow.parquet as pq
from playwright.sync_api import Browser, Page, Route, WebSocket, expect

from resnet_viz.locale import gettext, set_language
from resnet_viz.ui.addresses import PLOTLY
from resnet_viz.ui.recordings import recorded_race
from resnet_viz.wording import percent
from tests.ui.conftest import settled, watched_tab

_AT_STEP = "(step) => Number(document.querySelector('.replay')?.dataset.step ?? -1) >= step"
_LAST = """() => {
  const graph = document.querySelector('.replay [data-chart="loss"] .live-chart-graph');
  return Math.max(...(graph?._fullData ?? []).map((trace) => trace.x.at(-1) ?? 0));
}"""
_PROFILE = """() => Array.from(
  document.querySelector('.replay [data-chart="profile"] .live-chart-graph')._fullData[0].y
)"""


def test_it_plays_pauses_and_scrubs_without_the_server(page: Page, app_url: str) -> None:
    sent: list[object] = []
    page.on("websocket", lambda socket: _listen(socket, sent))
    page.goto(app_url)
    # Until the first worker has looked at this machine, the line about it is refreshed.
    expect(page.get_by_text("GiB RAM · ")).to_be_visible(timeout=60_000)
    page.goto(app_url)
    page.wait_for_function(f"() => window.Plotly && ({_LAST})() > 5")
    settled(page)
    first, profile = page.evaluate(_LAST), page.evaluate(_PROFILE)
    sent.clear()
    page.wait_for_function(f"(first) => ({_LAST})() > first", arg=first)
    page.wait_for_function(f"(profile) => ({_PROFILE})().join() !== profile.join()", arg=profile)
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".replay")).to_have_attribute("data-playing", "false")
    scrubber = page.get_by_role("slider", name="Training step shown", exact=True)
    scrubber.focus()
    page.keyboard.press("End")
    expect(page.locator(".replay-step")).to_have_text("Step 300 of 300")
    page.wait_for_function(f"() => ({_LAST})() === 299")
    (residual,) = (run for run in recorded_race().histories if run.family == "residual")
    accuracy = percent(float(residual.series["test/accuracy"].value[-1]))
    expect(page.locator(".replay-now")).to_contain_text(
        re.compile(rf"Residualloss 0\.\d+ · test accuracy {re.escape(accuracy)}")
    )
    page.keyboard.press("ArrowLeft")
    expect(scrubber).to_have_attribute("aria-valuetext", "Step 299 of 300")
    assert sent == [], "playing must not reach the server"


def test_it_plays_before_plotly_has_come(page: Page, app_url: str) -> None:
    held: list[Route] = []
    page.route(f"**/{PLOTLY}", lambda route: held.append(route))
    page.goto(app_url)
    page.wait_for_function(_AT_STEP, arg=5)
    lines = page.locator('.replay [data-chart="profile"] .replay-sketch polyline')
    expect(lines).to_have_count(2)
    assert held, "plotly.js was not asked for"
    held[0].continue_()
    page.wait_for_function(f"() => ({_LAST})() > 5")
    expect(page.locator(".replay-sketch")).to_have_count(0)


def _listen(socket: WebSocket, sent: list[object]) -> None:
    socket.on("framesent", lambda frame: sent.append(frame))


def test_who_wants_no_motion_sees_the_end(browser: Browser, app_url: str) -> None:
    with browser.new_context(reduced_motion="reduce", locale="en-US") as person, watched_tab(person) as tab:
        tab.goto(app_url)
        expect(tab.locator(".replay-step")).to_have_text("Step 300 of 300", timeout=20_000)
        expect(tab.get_by_role("button", name="Play again", exact=True)).to_be_visible()


def test_run_it_live_carries_the_settings(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_role("button", name="Run it live", exact=True).click()
    page.wait_for_url("**/race?*depth=56*")
    expect(page).to_have_url(re.compile("steps=300"))
    expect(page.get_by_text("300 steps, batch size 64")).to_be_visible()


def test_the_charts_can_be_taken_away(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.wait_for_function(f"() => window.Plotly && ({_LAST})() > 5")
    page.get_by_role("slider", name="Training step shown", exact=True).focus()
    page.keyboard.press("End")
    page.wait_for_function(f"() => ({_LAST})() === 299")
    profile = page.locator('.replay [data-chart="profile"]')
    for button, beginning in (("numbers (CSV)", b"name,x,y\nPlain,"), ("picture (PNG)", b"\x89PNG")):
        with page.expect_download() as caught:
            profile.get_by_role("button", name=re.compile(f"{re.escape(button)}$")).click()
        assert caught.value.path().read_bytes().startswith(beginning)
    page.get_by_text("How this recording was made").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Table for pandas (Parquet)", exact=True).click()
    table = pq.read_table(caught.value.path())
    assert set(table["run"].to_pylist()) == {run.id for run in recorded_race().runs}


def test_it_speaks_chinese_and_fits_a_phone(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 1600})
    page.goto(f"{app_url}/?lang=zh")
    page.wait_for_function(_AT_STEP, arg=5)
    set_language("zh")
    page.get_by_role("button", name=gettext("Pause"), exact=True).click()
    expect(page.get_by_role("slider", name=gettext("Training step shown"), exact=True)).to_be_visible()
    expect(page.locator('.replay [data-chart="loss"] .live-chart-title')).to_have_text(
        gettext("Training loss")
    )
    assert gettext("Training loss") != "Training loss"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_its_lines_are_named_in_the_language_of_each_reader(page: Page, app_url: str) -> None:
    for language, name in (("en", "Residual"), ("zh", "残差网络")):
        page.goto(f"{app_url}/?lang={language}")
        page.wait_for_function(f"() => window.Plotly && ({_LAST})() > 5")
        expect(page.locator('.replay [data-chart="loss"] .legendtext', has_text=name)).to_be_visible()


def test_a_card_leads_to_the_recorded_sweep(page: Page, app_url: str) -> None:
    page.goto(app_url)
    page.get_by_role("link", name="Open the degradation curve", exact=True).click()
    page.wait_for_url("**/depth*")
    expect(page.get_by_role("heading", name="Depths 8 to 56, plain and residual", exact=True)).to_be_visible()
