"""The first page makes its point on the first screen: the claim, the race as it went, the way to run it."""

import re
from itertools import product
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.ui.home import page as home
from tests.ui.screens.seen import LANGUAGES, SCREENS, assert_nothing_cut, assert_on_first_screen, show, speak

pytestmark = pytest.mark.browser

_THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_LOSS = '.replay [data-chart="loss"] .live-chart-graph'
_PROFILE = '.replay [data-chart="profile"] .live-chart-graph'
_READABLE_PX = 16


def test_claim_replay_and_live_button_are_seen_at_once(page: Page, app_url: str) -> None:
    page.goto(app_url)
    for theme, language in product(_THEMES, LANGUAGES):
        page.emulate_media(color_scheme=theme)
        speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            play, live = page.locator(".replay-play"), page.locator(".replay-live")
            expect(live).not_to_be_empty()
            charts = [_LOSS] if screen.name == "phone" else [_LOSS, _PROFILE]
            assert_on_first_screen(
                screen, page.locator(".st-key-home_claim"), play, live, *map(page.locator, charts)
            )
            assert_nothing_cut(page)
            assert play.bounding_box()["y"] == live.bounding_box()["y"]  # type: ignore[index]
            if screen.name != "phone":
                assert all(page.locator(chart).bounding_box()["width"] >= 400 for chart in charts)  # type: ignore[index]


def test_the_letters_of_the_drawing_can_be_read_from_afar(page: Page, app_url: str) -> None:
    drawing = Path(home.__file__).with_name("blocks.svg").read_text(encoding="utf-8")
    width = float(re.findall(r'viewBox="\S+ \S+ (\S+) ', drawing)[0])
    smallest = min(map(float, re.findall(r'font-size="([^"]+)"', drawing)))
    page.goto(app_url)
    picture = page.locator(".stMain .stImage img")
    expect(picture).to_be_visible()
    for screen in SCREENS:
        show(page, screen)
        box = picture.bounding_box()
        assert box is not None
        assert smallest * box["width"] / width >= _READABLE_PX, screen
