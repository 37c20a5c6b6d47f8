"""The Race page makes its point on the first screen: before, while and after a race."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import settled, start_button
from tests.ui.screens.seen import (
    LANGUAGES,
    SCREENS,
    assert_nothing_cut,
    assert_on_first_screen,
    places,
    show,
    speak,
)
from tests.ui.test_browser_race import start

pytestmark = pytest.mark.browser

_RACE = "/race?depth=8&width=4&resolution=8&steps=1500&evaluate=500&probe=50"
_LOSS = ".st-key-card_race_loss .live-chart-graph"
_GRADIENTS = ".st-key-card_race_gradients .live-chart-graph"
_CHARTS = tuple(
    f".st-key-card_race_{name} .live-chart-graph"
    for name in ("loss", "gradients", "map", "accuracy", "responses")
)
_READABLE_PX = 160
_IS_READ = """([chart, px]) => {
  const graph = document.querySelector(chart);
  const { width, yaxis } = graph._fullLayout;
  return Math.round(width) === graph.clientWidth && yaxis._length >= px;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_before_a_race_what_will_be_built_and_the_button(page: Page, app_url: str, theme: str) -> None:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{app_url}/race")
    for language in LANGUAGES:
        speak(page, language)
        networks = page.locator(".network .stages")
        expect(networks).to_have_count(2)
        for screen in SCREENS:
            show(page, screen)
            assert_on_first_screen(screen, start_button(page, "race"), networks.first, networks.last)
            assert_nothing_cut(page)


def test_of_many_network_types_the_charts_begin_as_high_as_of_two(page: Page, app_url: str) -> None:
    """A line for each: both charts whole; on a phone the lines of the first, in plots that can be read."""
    types = "plain,residual,plain%2Bno-norm,residual%2Bno-norm,residual%2Bprojection"
    start(page, f"{app_url}/race?depth=8&width=4&resolution=8&steps=20&evaluate=20&families={types}")
    again = page.locator(".st-key-race_again button")
    expect(again).to_be_visible(timeout=90_000)
    loss, gradients = page.locator(_LOSS), page.locator(_GRADIENTS)
    for language in LANGUAGES:
        speak(page, language)
        expect(gradients).to_be_visible()
        for screen in SCREENS:
            show(page, screen)
            assert_nothing_cut(page)
            if screen.name != "phone":
                assert_on_first_screen(screen, again, loss, gradients)
                continue
            assert_on_first_screen(screen, again, page.locator(".st-key-card_race_loss h4"))
            for chart in (_LOSS, _GRADIENTS):
                page.wait_for_function(_IS_READ, arg=[chart, _READABLE_PX])
            assert_on_first_screen(screen, page.locator(f"{_LOSS} .nsewdrag"))


def test_a_race_stays_in_its_place_from_start_to_end(page: Page, app_url: str) -> None:
    """Both charts and the controls are seen at once, and the verdict moves nothing when it comes."""
    start(page, app_url + _RACE)
    pause = page.locator(".st-key-race_pause button")
    page.wait_for_function(
        "(chart) => (document.querySelector(chart)?._fullData ?? []).length >= 4", arg=_LOSS, timeout=60_000
    )
    expect(page).to_have_title(re.compile(r"^\d+% · Race · ResNet Viz$"))
    pause.click()
    resume = page.locator(".st-key-race_resume button")
    expect(resume).to_be_visible()
    before = {}
    for language in LANGUAGES:
        speak(page, language)
        expect(page.locator(_LOSS)).to_be_visible()
        for screen in SCREENS:
            show(page, screen)
            assert_on_first_screen(screen, resume, page.locator(_LOSS), page.locator(_GRADIENTS))
            assert_nothing_cut(page)
            before[language, screen] = places(page, *_CHARTS)
            page.locator(".stMain").evaluate("main => main.scrollTo(0, main.scrollHeight)")
            assert_on_first_screen(screen, resume)  # in reach from everywhere
    resume.click()
    again = page.locator(".st-key-race_again button")
    expect(again).to_be_visible(timeout=60_000)
    settled(page)
    for language in reversed(LANGUAGES):
        speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            assert_on_first_screen(
                screen,
                again,
                page.locator(".st-key-race_headline h3"),
                page.locator(_LOSS),
                page.locator(_GRADIENTS),
            )
            assert_nothing_cut(page)
            assert places(page, *_CHARTS) == before[language, screen], (language, screen)
    expect(page).to_have_title("Race · ResNet Viz")
