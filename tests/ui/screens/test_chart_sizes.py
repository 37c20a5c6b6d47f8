"""Charts are read from the back row: large enough, level with their neighbours, and with no word cut off."""

from typing import Any, Final, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.conftest import settled
from tests.ui.screens.seen import LANGUAGES, await_rest, speak

pytestmark = pytest.mark.browser

_PAGES: Final = ("/", "/depth", "/inspect")
_PROJECTOR_PX, _PHONE_PX = 1024, 390
_PLOT_PX, _TYPE_PX, _PHONE_TYPE_PX = 320, 16, 12
# Charts are drawn where they are seen.
_TALL_PX: Final = 5000

# Of each chart that shows something: its plots, letters and words, in pixels of the window.
_CHARTS: Final = """() => {
  const box = (element) => element.getBoundingClientRect();
  const line = (element) => parseFloat(getComputedStyle(element).lineHeight);
  const lines = (element) => (element.clientHeight ? Math.round(element.clientHeight / line(element)) : 0);
  const graphs = [...document.querySelectorAll('.live-chart-graph')];
  return graphs.filter((graph) => graph._fullData?.length).map((graph) => {
    const layout = graph._fullLayout;
    const frame = box(graph);
    const texts = [...graph.querySelectorAll('svg text')]
      .filter((text) => text.textContent.trim() && box(text).width);
    const subplots = Object.keys(layout._plots).map((name) => layout._plots[name]);
    const at = (plot) => ({
      left: frame.left + plot.xaxis._offset, width: plot.xaxis._length,
      bottom: frame.top + plot.yaxis._offset + plot.yaxis._length, scale: plot.yaxis.range,
    });
    const card = graph.closest('.live-chart');
    return {
      title: card.querySelector('.live-chart-title').textContent,
      lines: [lines(card.querySelector('.live-chart-title')), lines(card.querySelector('.live-chart-how'))],
      top: frame.top,
      marks: [...graph.querySelectorAll('.ytick text')].map((text) => text.textContent).join(' '),
      plots: subplots.map(at),
      headings: [...graph.querySelectorAll('.annotation text')].map((text) => ({
        text: text.textContent, middle: box(text).left + box(text).width / 2, bottom: box(text).bottom })),
      type: Math.min(...texts.map((text) => parseFloat(getComputedStyle(text).fontSize))),
      cut: texts.filter((text) => {
        const { left, right, top, bottom } = box(text);
        return left < frame.left - 1 || right > frame.right + 1
          || top < frame.top - 1 || bottom > frame.bottom + 1;
      }).map((text) => text.textContent),
    };
  });
}"""


class Seen(NamedTuple):
    """A chart as it was seen."""

    where: str
    width: int
    chart: dict[str, Any]


def _drawn(page: Page) -> list[dict[str, Any]]:
    """The charts of the page, once all of them are there."""
    settled(page)
    page.wait_for_function(
        """() => {
          const graphs = [...document.querySelectorAll('.live-chart-graph')];
          return graphs.length && graphs.every((graph) => graph._fullLayout && !graph.dataset.pending)
            && !document.querySelector('.replay-sketch');
        }""",
        timeout=60_000,
    )
    await_rest(page, ".live-chart-graph, .live-chart-graph svg text")
    charts: list[dict[str, Any]] = page.evaluate(_CHARTS)
    assert charts
    return charts


def _opened(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".live-chart-graph").first).to_be_visible(timeout=60_000)


@pytest.fixture(scope="module")
def seen(browser: Browser, with_race: tuple[str, str]) -> list[Seen]:
    """The charts of all pages, at both widths and in both languages; each page is visited once."""
    server, race = with_race
    found = []
    with browser.new_context(locale="en-US", reduced_motion="reduce") as person:
        page = person.new_page()
        for address in (race, *(server + path for path in _PAGES)):
            page.set_viewport_size({"width": _PROJECTOR_PX, "height": _TALL_PX})
            _opened(page, address)
            for language in LANGUAGES:
                speak(page, language)
                for width in (_PROJECTOR_PX, _PHONE_PX):
                    page.set_viewport_size({"width": width, "height": _TALL_PX})
                    where = address.removeprefix(server).partition("?")[0]
                    found += [Seen(f"{where}, {language}: {c['title']}", width, c) for c in _drawn(page)]
    return found


@pytest.fixture
def projected(seen: list[Seen]) -> list[Seen]:
    """Those on a projector."""
    return [one for one in seen if one.width == _PROJECTOR_PX]


def test_on_a_projector_plots_are_wide_their_letters_large_and_their_captions_one_line(
    projected: list[Seen],
) -> None:
    for where, _width, chart in projected:
        assert min(plot["width"] for plot in chart["plots"]) >= _PLOT_PX, where
        assert chart["type"] >= _TYPE_PX, where
        assert chart["lines"] == [1, 1], where


def test_on_a_phone_letters_are_read_and_the_caption_is_behind_the_question_mark(seen: list[Seen]) -> None:
    for where, width, chart in seen:
        if width == _PHONE_PX:
            assert chart["type"] >= _PHONE_TYPE_PX, where
            assert chart["lines"][1] == 0, where


def test_no_word_of_a_chart_is_cut_off(seen: list[Seen]) -> None:
    assert [(where, width, chart["cut"]) for where, width, chart in seen if chart["cut"]] == []


def test_axes_of_neighbours_are_level(projected: list[Seen]) -> None:
    rows: dict[tuple[str, int], list[int]] = {}
    for where, _width, chart in projected:
        row = rows.setdefault((where.partition(":")[0], round(chart["top"])), [])
        row.append(round(max(plot["bottom"] for plot in chart["plots"])))
    assert sum(len(bottoms) > 1 for bottoms in rows.values()) >= 2 * len(LANGUAGES)
    assert all(len(set(bottoms)) == 1 for bottoms in rows.values()), rows


def test_training_and_test_error_have_one_scale_and_their_names_over_their_middles(
    projected: list[Seen],
) -> None:
    beside = [one for one in projected if one.where.startswith("/depth") and len(one.chart["plots"]) == 2]
    assert len(beside) == 2 * len(LANGUAGES)
    errors = [chart["plots"][0]["scale"] for _where, _width, chart in beside if "%" in chart["marks"]]
    assert len(errors) == len(LANGUAGES)
    assert all(low == 0 and 0.4 < high < 1 for low, high in errors), "the curves fill their panels"
    for where, _width, chart in beside:
        one, other = chart["plots"]
        assert one["scale"] == other["scale"], where
        for plot, heading in zip(chart["plots"], chart["headings"], strict=True):
            assert heading["middle"] == pytest.approx(plot["left"] + plot["width"] / 2, abs=2), where


def test_on_a_dark_page_networks_are_seen_and_the_question_mark_tells_more(
    page: Page, with_race: tuple[str, str]
) -> None:
    """Their own colours are made for a light one."""
    page.emulate_media(color_scheme="dark")
    _opened(page, with_race[1])
    loss = page.locator(".st-key-card_race_loss .live-chart-graph")
    page.wait_for_function(
        "(graph) => graph._fullData?.some((trace) => trace.line.color === '#F0883E')",
        arg=loss.element_handle(),
    )
    shown = loss.evaluate("(graph) => graph._fullData.map((trace) => trace.line.color)")
    assert {colour for colour in shown if colour.startswith("#")} == {"#F0883E", "#56B4E9"}
    assert {colour.rpartition(",")[0] for colour in shown if colour.startswith("rgba")} == {
        "rgba(240,136,62",
        "rgba(86,180,233",
    }
    mark = page.locator(".st-key-card_race_gradients .live-chart-more summary")
    more = page.locator(".st-key-card_race_gradients .live-chart-more p").last
    expect(more).to_be_hidden()
    mark.focus()
    page.keyboard.press("Enter")
    expect(more).to_contain_text("g is the gradient of a layer's weights w")
    page.keyboard.press("Escape")
    expect(more).to_be_hidden()
    expect(mark).to_be_focused()
