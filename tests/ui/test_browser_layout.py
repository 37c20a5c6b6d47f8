"""Nothing is cut off, covered or upside down: in a real browser, where layout happens."""

from contextlib import suppress

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from resnet_viz.experiments.kinds import RACE
from resnet_viz.locale import gettext, set_language
from tests.ui.screens.seen import await_rest

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
_LONG_MS = 120_000
_MAP = ".st-key-card_race_map .live-chart-graph"
_TOP_LAYER = """(graph) => {
  const labels = [...graph.querySelectorAll('.ytick text')]
    .map((label) => [label.getBoundingClientRect().top, label.textContent]);
  return labels.sort((one, other) => one[0] - other[0])[0]?.[1];
}"""
# Texts below the plot, and the colour bar: what lies on what.
_BELOW = """(graph) => {
  const box = (element) => element.getBoundingClientRect();
  const texts = [...graph.querySelectorAll('.annotation text, .xtitle, .x2title, .xaxislayer-above text')];
  const bar = [...graph.querySelectorAll('.cbfills, .cbaxis text')];
  const boxes = [...texts, ...bar].map((e) => [e.textContent, box(e)]).filter(([, b]) => b.width > 0);
  const over = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap(([one, a], i) => boxes.slice(i + 1)
    .filter(([, b]) => over(a, b)).map(([other]) => `${one} × ${other}`));
}"""
# Width of a text in the font of a select box, and the room that the box has for it.
_CUT = """([labels, texts]) => {
  const cut = [];
  for (const input of document.querySelectorAll('[data-testid="stExpander"] input[role="combobox"]')) {
    const position = labels.indexOf(input.getAttribute('aria-label'));
    if (position < 0) continue;
    const style = getComputedStyle(input);
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    for (const text of texts[position]) {
      const width = pen.measureText(text).width;
      if (width > room) cut.push(`${text}: ${Math.round(width)} > ${Math.round(room)}`);
    }
  }
  return cut;
}"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_select_box_of_all_settings_cuts_its_texts(page: Page, app_url: str, language: str) -> None:
    set_language(language)
    try:
        settings = [setting for setting in RACE.settings.values() if setting.texts]
        labels = [gettext(setting.label) for setting in settings]
        texts = [[gettext(text) for text in setting.texts.values()] for setting in settings]
    finally:
        set_language("en")
    for width in (1366, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        if width == 1366:
            page.goto(f"{app_url}/race?preset=custom&lang={language}")
        boxes = page.locator('[data-testid="stExpander"] input[role="combobox"]')
        # Network types and the resolution too.
        expect(boxes).to_have_count(len(settings) + 2, timeout=_SOON_MS)
        asked = [labels, texts]
        with suppress(TimeoutError):  # the columns follow the window in their own time
            page.wait_for_function(f"(asked) => ({_CUT})(asked).length === 0", arg=asked)
        assert page.evaluate(_CUT, asked) == [], width


def assert_upright(page: Page) -> None:
    """The map has its first layer on top and no text on another, whatever part of a drawing is under way."""
    graph = f"document.querySelector({_MAP!r})"
    with suppress(TimeoutError):
        page.wait_for_function(
            f"() => ({_TOP_LAYER})({graph}) === 'stage 1' && ({_BELOW})({graph}).length === 0"
        )
    assert page.eval_on_selector(_MAP, _TOP_LAYER) == "stage 1"
    assert page.eval_on_selector(_MAP, _BELOW) == []


def test_a_race_is_drawn_the_same_way_before_while_and_after_it_runs(page: Page, app_url: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 900})
    page.goto(f"{app_url}/race?depth=8&width=4&resolution=8&steps=100000&evaluate=5000&probe=10")
    page.get_by_role("button", name="Start the race", exact=True).click()
    page.locator(_MAP).scroll_into_view_if_needed()  # what moves is drawn in view only
    drawn = f"() => document.querySelector({_MAP!r})?._fullData?.length"
    page.wait_for_function(f"{drawn} >= 2", timeout=_LONG_MS)
    assert_upright(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".st-key-race_headline h3")).to_be_visible(timeout=_LONG_MS)
    page.wait_for_function(f"{drawn} >= 2", timeout=_LONG_MS)
    assert_upright(page)
    page.get_by_text("(4 of 4 checks passed)").click()
    table = page.locator(".fairness-table")
    expect(table).to_be_visible(timeout=_SOON_MS)
    for width in (1366, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        await_rest(page, ".stElementContainer")
        assert table.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0, width  # all in sight
    digests = table.locator("code")
    expect(digests).to_have_count(4)
    assert all(len(text) == 9 for text in digests.all_inner_texts())
    assert len(digests.first.get_attribute("title") or "") >= 16  # whole
    assert "Skip connections: None" in table.inner_text()
