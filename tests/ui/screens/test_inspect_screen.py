"""The Inspect page makes its point on the first screen, and nothing moves it when another image comes."""

import re
from itertools import product
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.ui.conftest import settled
from tests.ui.screens.seen import (
    LANGUAGES,
    SCREENS,
    assert_nothing_cut,
    assert_on_first_screen,
    await_rest,
    show,
    speak,
)

pytestmark = pytest.mark.browser

_THEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
_CARDS = '[class*="st-key-role_card_"][class*="_map"]'
_MAPS = f"{_CARDS} img"
_IMAGE = ".st-key-inspect_image_card img"
_PREDICTIONS = f"{_CARDS} p:has(strong)"
_SAMPLES = ".st-key-inspect_samples button"
# A text of an input, measured in its own font, and the room that the input has for it.
_CUT_INPUTS = """() => [...document.querySelectorAll('.stMain input[role="combobox"]')].flatMap((input) => {
  const style = getComputedStyle(input);
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  const width = pen.measureText(input.value).width;
  return width > room ? [`${input.value}: ${Math.round(width)} > ${Math.round(room)}`] : [];
})"""
# Of every frame: where what is on the page lies, so that nothing can move and come back unseen.
_WATCH = """() => {
  window.watched = {};
  const note = () => {
    for (const selector of %s) {
      const found = document.querySelector(selector);
      if (found) (window.watched[selector] ??= new Set()).add(Math.round(found.getBoundingClientRect().top));
    }
    requestAnimationFrame(note);
  };
  note();
}"""
_SEEN = "() => Object.fromEntries(Object.entries(window.watched).map(([name, tops]) => [name, [...tops]]))"


def watch(*selectors: str) -> str:
    """A script that notes in every frame where these are."""
    return _WATCH % list(selectors)


def test_both_predictions_and_both_maps_are_seen_at_once(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/inspect")
    for theme, language in product(_THEMES, LANGUAGES):
        page.emulate_media(color_scheme=theme)
        speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
            expect(page.locator(_PREDICTIONS)).to_have_count(2)
            assert_on_first_screen(
                screen,
                page.locator(_IMAGE),
                *page.locator(_MAPS).all(),
                *page.locator(_PREDICTIONS).all(),
                page.locator(".st-key-inspect_map_settings button"),
            )
            assert_nothing_cut(page)
            assert page.evaluate(_CUT_INPUTS) == []


def test_choices_stand_in_one_line_each(page: Page, app_url: str) -> None:
    """Sources, samples and, with both networks' maps, what is chosen: no line is broken into two."""
    page.goto(f"{app_url}/inspect")
    expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
    for screen in SCREENS:
        show(page, screen)
        for line in (".st-key-inspect_source-en [role=radio]", _SAMPLES, _IMAGE, _MAPS):
            tops = {round(one.bounding_box()["y"]) for one in page.locator(line).all()}  # type: ignore[index]
            assert len(tops) == 1, (screen, line)


def test_all_samples_can_be_read_and_the_chosen_one_is_in_sight(page: Page, app_url: str) -> None:
    for screen in SCREENS:
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        page.goto(f"{app_url}/inspect?photo=rocket")
        expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
        captions = page.locator(f"{_SAMPLES} span")
        expect(captions).to_have_count(14)
        settled(page)
        await_rest(page, ".stElementContainer")
        cut = captions.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length")
        assert cut == 0, screen
        assert_on_first_screen(
            screen, page.locator(f"{_SAMPLES}[aria-pressed=true]"), *page.locator(_MAPS).all()
        )


def test_nothing_is_moved_by_what_comes_later(page: Page, app_url: str) -> None:
    """Neither at the first visit, when the maps come last, nor when another sample is chosen."""
    for screen in (SCREENS[0], SCREENS[-1]):
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        page.goto(f"{app_url}/inspect")
        expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
        settled(page)
        page.evaluate(watch(_SAMPLES, _IMAGE, _MAPS, ".st-key-inspect_layer-en", ".st-key-inspect_look-en"))
        before = page.locator(_MAPS).first.get_attribute("src") or ""
        page.get_by_role("button", name=re.compile("^Ankle boot, test image")).click()
        expect(page.locator(_MAPS).first).not_to_have_attribute("src", before)
        settled(page)
        seen: dict[str, list[int]] = page.evaluate(_SEEN)
        assert len(seen) == 5
        assert {name: tops for name, tops in seen.items() if len(tops) > 1} == {}, screen
        assert_on_first_screen(screen, *page.locator(_MAPS).all())


def test_what_a_link_asks_for_in_vain_is_told_where_it_moves_no_map_off_the_screen(
    page: Page, app_url: str
) -> None:
    """Beside the title, where there is room for it; a phone shows it in the title's place."""
    tops = []
    for asked in ("", "?photo=nowhere"):
        for screen in (SCREENS[0], SCREENS[-1]):
            page.set_viewport_size({"width": screen.width, "height": screen.height})
            page.goto(f"{app_url}/inspect{asked}")
            expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
            warnings = page.locator(".stAlert")
            expect(warnings).to_have_count(1 if asked else 0)
            settled(page)
            assert_on_first_screen(screen, *warnings.all(), *page.locator(_MAPS).all())
            tops.append(page.locator(_MAPS).first.evaluate("map => map.getBoundingClientRect().top"))
    assert tops[0] == tops[2], "on the projector nothing moves at all"
