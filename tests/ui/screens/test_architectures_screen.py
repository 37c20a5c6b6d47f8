"""The Architectures page: both drawings on the first screen, every skip visible, and walked with the keys."""

import re
from io import BytesIO
from itertools import product

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

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

_LEFT, _RIGHT = (f".st-key-architectures_{side}" for side in ("left", "right"))
_DRAWING = ".architecture-drawing"
# Points of a line on the screen, so many that some lie on the dots of a dotted one.
_POINTS = """(path) => Array.from({ length: 40 }, (_, i) => {
  const point = path.getPointAtLength((path.getTotalLength() * (i + 0.5)) / 40);
  const { x, y } = point.matrixTransform(path.getScreenCTM());
  return [x, y];
})"""
_BLUE = (0, 114, 178)


def open_page(page: Page, address: str) -> Locator:
    """The right drawing, once both are there."""
    page.goto(address)
    for side in (_LEFT, _RIGHT):
        expect(page.locator(f"{side} {_DRAWING} svg").first).to_be_visible(timeout=60_000)
    settled(page)
    await_rest(page, ".stElementContainer")
    return page.locator(f"{_RIGHT} {_DRAWING}")


def test_both_networks_are_seen_at_once(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/architectures")
    for theme, language in product(("light", "dark"), LANGUAGES):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            left, right = page.locator(f"{_LEFT} svg"), page.locator(f"{_RIGHT} svg")
            if screen.name == "phone":  # one below the other: the first whole
                assert_on_first_screen(screen, left.first, left.last)
            else:
                assert_on_first_screen(screen, left.first, left.last, right.first, right.last)
            assert_nothing_cut(page)


@pytest.mark.parametrize("form", ["chain", "stream"])
def test_every_skip_can_be_seen_at_every_level(page: Page, app_url: str, form: str) -> None:
    for level, least in (("stage", 5), ("block", 5), ("operation", 5)):
        drawing = open_page(page, f"{app_url}/architectures?depth=56&level={level}&form={form}")
        skips = drawing.locator("path.skip")
        expect(skips.nth(least - 1)).to_be_attached()
        screen = np.asarray(Image.open(BytesIO(page.screenshot())).convert("RGB"), int)
        for number in range(skips.count()):
            seen = [screen[int(y), int(x)] for x, y in skips.nth(number).evaluate(_POINTS)]
            blue = sum(np.abs(pixel - _BLUE).max() < 40 for pixel in seen)
            assert blue >= 5, f"{level}, path {number}: {blue} of 40 points are seen"
        named = " ".join(skips.nth(i).get_attribute("data-skips") or "" for i in range(skips.count()))
        assert len(named.split()) == 27


def test_one_walks_with_the_keys_opens_and_closes(page: Page, app_url: str) -> None:
    drawing = open_page(page, f"{app_url}/architectures")
    facts = page.locator(f"{_RIGHT} .architecture-facts")
    expect(facts).to_contain_text("arrow keys")
    drawing.focus()
    page.keyboard.press("ArrowDown")
    expect(facts).to_contain_text("stem")
    page.keyboard.press("ArrowDown")
    expect(facts).to_contain_text("block 1–3")
    page.keyboard.press("ArrowRight")
    chosen = drawing.locator('.row[aria-selected="true"]')
    expect(chosen).to_have_attribute("data-row", "stage2.block2")
    expect(drawing).to_have_attribute("aria-activedescendant", "right-stage2.block2")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("level=operation"))
    expect(chosen).to_have_attribute("data-row", re.compile(r"^stage2\.block2\."))
    expect(drawing.locator(".row")).not_to_have_count(8)
    drawing.focus()
    page.keyboard.press("Backspace")
    expect(page).not_to_have_url(re.compile("level="))
    expect(chosen).to_have_attribute("data-row", "stage2.block2")
    page.keyboard.press("Escape")
    expect(facts).to_contain_text("arrow keys")


def test_a_term_of_the_sum_leads_to_its_block(page: Page, app_url: str) -> None:
    drawing = open_page(page, f"{app_url}/architectures?form=stream&depth=32")
    terms = page.locator(f"{_RIGHT} .architecture-terms button")
    expect(terms).to_have_count(15)
    terms.nth(6).click()
    expect(drawing.locator('.row[aria-selected="true"]')).to_have_attribute("data-row", "stage2.block2")
    expect(page.locator(f"{_LEFT} .architecture-terms")).to_contain_text("no line to straighten")


def test_files_are_taken_away(page: Page, app_url: str) -> None:
    open_page(page, f"{app_url}/architectures?look=take&depth=8&width=4")
    for title, start in (
        ("Drawing (SVG)", b"<svg"),
        ("Program (PyTorch)", b'"""'),
        ("Numbers (JSON)", b"{"),
        ("Flowchart (Mermaid)", b"flowchart"),
    ):
        with page.expect_download() as saved:
            page.get_by_role("button", name=title, exact=True).first.click()
        assert saved.value.path().read_bytes().startswith(start)
