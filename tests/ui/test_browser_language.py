"""The language switched there and back in a real browser, whose answers are texts and not values."""

import re

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.locale import gettext, set_language
from tests.ui.conftest import settled
from tests.ui.test_browser_race import LONG, start

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
_LONG_CELLS = "width=4&resolution=8&steps=100000&evaluate=5000&probe=1000"


def in_chinese(text: str) -> str:
    set_language("zh")
    try:
        return gettext(text)
    finally:
        set_language("en")


def switch(page: Page, language: str, title: str) -> None:
    """Press the language's name and wait for the whole page in it, ``title`` first."""
    page.get_by_role("radio", name=language, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=_SOON_MS)
    settled(page, _SOON_MS)


def there_and_back(page: Page, title: str) -> None:
    switch(page, "简体中文", in_chinese(title))
    switch(page, "English", title)


def test_race_keeps_its_settings_through_two_switches(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/race?depth=20")
    expect(page.get_by_role("button", name="Start the race", exact=True)).to_be_enabled(timeout=_SOON_MS)
    there_and_back(page, "Race")
    expect(page.get_by_role("button", name="Start the race", exact=True)).to_be_enabled(timeout=_SOON_MS)
    # Then with a preset, with settings of one's own, and chosen in the other language.
    page.get_by_role("radio", name="Custom", exact=True).click()
    page.wait_for_url("**preset=custom**")
    switch(page, "简体中文", in_chinese("Race"))
    page.get_by_role("combobox", name=in_chinese("Block"), exact=True).click()
    page.get_by_role("option", name=in_chinese("Bottleneck: 1×1, 3×3, 1×1"), exact=True).click()
    page.wait_for_url("**block=bottleneck**")
    switch(page, "English", "Race")
    expect(page.get_by_role("combobox", name="Block", exact=True)).to_have_value(
        re.compile("^Bottleneck"), timeout=_SOON_MS
    )
    expect(page.get_by_role("radio", name="Custom", exact=True)).to_be_checked(timeout=_SOON_MS)
    assert "block=bottleneck" in page.url


def test_a_running_race_and_its_form_live_through_two_switches(page: Page, app_url: str) -> None:
    start(page, app_url + LONG)
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_enabled(timeout=2 * _SOON_MS)
    there_and_back(page, "Race")
    expect(page.get_by_role("button", name="Start the race", exact=True)).to_be_enabled(timeout=_SOON_MS)
    page.get_by_text("Settings: ").click()
    expect(page.get_by_text("All settings")).to_be_visible(timeout=_SOON_MS)
    stop.click()
    again = page.get_by_role("button", name="Another seed", exact=True)
    expect(again).to_be_visible(timeout=_SOON_MS)
    there_and_back(page, "Race")  # and once it has ended
    expect(again).to_be_visible(timeout=_SOON_MS)
    expect(page.get_by_role("button", name="Start the race", exact=True)).to_be_enabled(timeout=_SOON_MS)


def test_what_is_pressed_while_the_page_brings_itself_up_to_date_concerns_the_whole_page(
    page: Page, app_url: str
) -> None:
    start(page, app_url + LONG)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled(timeout=2 * _SOON_MS)
    page.wait_for_function("() => window.resnetVizConnection?.followers.size > 0")
    # Both in one moment, as where a slow device has been busy with drawing.
    page.evaluate(
        """() => {
            for (const follower of window.resnetVizConnection.followers) follower.ask("something new");
            const choices = [...document.querySelectorAll('[role="radio"]')];
            choices.find((one) => one.textContent === "简体中文").click();
        }"""
    )
    expect(page.get_by_role("heading", level=1)).to_have_text(in_chinese("Race"), timeout=_SOON_MS)


def test_depth_keeps_its_settings_through_two_switches(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/depth?depths=8,14&{_LONG_CELLS}")
    begin = page.get_by_role("button", name="Start the sweep", exact=True)
    expect(begin).to_be_enabled(timeout=_SOON_MS)
    there_and_back(page, "Depth")
    expect(begin).to_be_enabled(timeout=_SOON_MS)
    assert "depths=8%2C14" in page.url
    begin.click()
    page.wait_for_url(re.compile(r"[?&]sweep=\w+"))
    there_and_back(page, "Depth")
    page.get_by_role("button", name="Stop", exact=True).click()
    resumed = page.get_by_role("button", name="Continue the sweep", exact=True)
    expect(resumed).to_be_enabled(timeout=2 * _SOON_MS)
    there_and_back(page, "Depth")
    expect(resumed).to_be_enabled(timeout=_SOON_MS)


def test_what_was_chosen_on_runs_and_inspect_stays_chosen(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/runs")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("combobox", name="State", exact=True).click()
    page.get_by_role("option", name="Finished", exact=True).click()
    page.wait_for_url("**state=finished**")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    there_and_back(page, "Runs")
    page.get_by_role("button", name="Filter (1)", exact=True).click()
    expect(page.get_by_test_id("stPopoverBody").get_by_text("Finished")).to_be_visible(timeout=_SOON_MS)
    assert "state=finished" in page.url
    page.goto(f"{app_url}/inspect?source=upload")
    page.get_by_role("combobox", name="Networks", exact=True).click()
    page.get_by_role("option", name=re.compile("^Published")).click()
    page.wait_for_url("**networks=torchvision**")
    there_and_back(page, "Inspect")
    networks = page.get_by_role("combobox", name="Networks", exact=True)
    expect(networks).to_have_value(re.compile("^Published"), timeout=_SOON_MS)
    assert "networks=torchvision" in page.url
