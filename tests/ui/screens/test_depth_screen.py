"""The Depth page shows the degradation curve on the first screen: recorded, while a sweep runs, and after."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import press_start, start_button
from tests.ui.screens.seen import (
    LANGUAGES,
    SCREENS,
    Screen,
    assert_nothing_cut,
    assert_on_first_screen,
    places,
    show,
    speak,
)

pytestmark = pytest.mark.browser

_TINY = "/depth?depths=8,14&width=4&resolution=8&steps=300&evaluate=100&probe=50&seed=71"
_CURVE = ".st-key-card_depth_curve .live-chart-graph"
_CHARTS = tuple(f".st-key-card_depth_{name} .live-chart-graph" for name in ("curve", "losses", "gradients"))


def _assert_curve_seen(page: Page, screen: Screen) -> None:
    """All of it, or the training error, which stands above the test error on a phone."""
    curve = page.locator(_CURVE)
    if screen.name == "phone":
        box = curve.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] / 2 <= screen.height
    else:
        assert_on_first_screen(screen, curve)
    assert_nothing_cut(page)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_recorded_curve_is_the_first_thing_seen(page: Page, app_url: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{app_url}/depth")
    for language in LANGUAGES:
        speak(page, language)
        expect(page.locator(_CURVE)).to_be_visible()
        for screen in SCREENS:
            show(page, screen)
            _assert_curve_seen(page, screen)
            assert_on_first_screen(screen, start_button(page, "depth"))


def test_a_sweep_stays_in_its_place_from_start_to_end(page: Page, app_url: str) -> None:
    page.goto(app_url + _TINY)
    press_start(page, "depth")
    page.wait_for_url(re.compile(r"[?&]sweep=\w+"))
    pause = page.locator(".st-key-depth_pause button")
    pause.click()
    resume = page.locator(".st-key-depth_resume button")
    expect(resume).to_be_visible()
    before = {}
    for language in LANGUAGES:
        speak(page, language)
        expect(page.locator(_CURVE)).to_be_visible()
        for screen in SCREENS:
            show(page, screen)
            _assert_curve_seen(page, screen)
            assert_on_first_screen(screen, resume)
            before[language, screen] = places(page, *_CHARTS)
    resume.click()
    again = page.locator(".st-key-depth_again button")
    expect(again).to_be_visible(timeout=90_000)
    for language in reversed(LANGUAGES):
        speak(page, language)
        expect(page.locator(_CURVE)).to_be_visible()
        for screen in SCREENS:
            show(page, screen)
            _assert_curve_seen(page, screen)
            assert_on_first_screen(screen, again)
            assert places(page, *_CHARTS) == before[language, screen], (language, screen)


def test_opened_settings_have_a_phone_s_whole_width(page: Page, app_url: str) -> None:
    """Folded they are a line beside the button, which stands below them once they are open."""
    page.goto(f"{app_url}/depth")
    show(page, SCREENS[-1])
    settings = page.locator('.st-key-experiment_top > * > [data-testid="stExpander"]')
    settings.locator("summary").first.click()
    expect(page.locator(".st-key-experiment_top > * > * > details")).to_have_attribute("open", "")
    opened, whole = settings.bounding_box(), page.locator(".st-key-experiment_top").bounding_box()
    assert opened is not None
    assert whole is not None
    assert opened["width"] == whole["width"]
