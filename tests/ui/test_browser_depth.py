"""A small sweep in a real browser, from the click to the verdict, and found again after a reload."""

import re
from threading import Event

from playwright.sync_api import Page, Route, expect

from tests.ui.conftest import press_start, settled

TINY = "/depth?depths=8,14&width=4&resolution=8&steps=40&evaluate=20&probe=10"


def test_a_sweep_fills_in_and_survives_a_reload(page: Page, app_url: str) -> None:
    page.goto(app_url + TINY)
    expect(page.locator(".stMarkdownBadge", has_text="Recording")).to_be_visible()
    press_start(page, "depth")
    page.wait_for_url(re.compile(r"[?&]sweep=\w+"))
    page.reload()
    expect(page.get_by_text("4 of 4 runs finished")).to_be_visible(timeout=90_000)
    expect(page.locator(".st-key-depth_verdict")).to_contain_text("14")
    for name in ("curve", "losses", "gradients"):
        chart = page.locator(f".st-key-card_depth_{name} .live-chart-graph")
        expect(chart).to_have_class(re.compile("js-plotly-plot"))
        expect(chart).to_have_attribute("aria-label", re.compile(".{41}"))
    expect(page.get_by_role("button", name="Start the sweep", exact=True)).to_be_disabled()
    expect(page.locator(".stMarkdownBadge", has_text="Recording")).to_have_count(0)
    with page.expect_download() as caught:
        page.get_by_role("button", name="Table as CSV", exact=True).click()
    lines = caught.value.path().read_text().splitlines()
    assert lines[0].startswith("family,depth,seed,run,state,reused")
    assert len(lines) == 5


def test_settings_outlive_a_start_that_comes_before_their_widgets(page: Page, app_url: str) -> None:
    """The code of widgets takes its time over a slow line; they once took their least values then."""
    held: list[Route] = []
    widgets = re.compile(r"/static/js/(NumberInput|Multiselect|Selectbox|Slider|ButtonGroup)\.")
    goes_on = Event()

    def hold(route: Route) -> None:
        if goes_on.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route(widgets, hold)
    page.goto(app_url + TINY.replace("steps=40", "steps=43"))
    press_start(page, "depth")
    page.wait_for_url(re.compile(r"[?&]sweep=\w+"))
    assert held
    goes_on.set()
    for route in held:
        route.continue_()
    page.get_by_text("Settings:").click()
    page.get_by_text("All settings").click()
    expect(page.get_by_label("Steps", exact=True)).to_have_value("43")
    expect(page.get_by_label("Batch size", exact=True)).to_have_value("64")
    expect(page.get_by_text("Settings: Custom · depths 8 to 14 · 43 steps")).to_be_visible()


def test_on_a_phone_the_panels_stand_below_each_other(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 1600})
    page.goto(app_url + "/depth")
    expect(page.get_by_role("button", name="Start the sweep", exact=True)).to_be_visible()
    settled(page)
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(too_wide) <= 0
