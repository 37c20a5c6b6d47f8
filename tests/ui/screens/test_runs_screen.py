"""The Runs page as it is seen: what stands on the first screen, and what is in reach without a search."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect

from resnet_viz.store import COMMAND_LINE, Labels, Store, export_json, open_store
from tests.made.stored import start_race, train_race
from tests.ui.conftest import running_app, settled, watched_tab

_SCREENS: tuple[ViewportSize, ...] = (
    {"width": 1024, "height": 768},
    {"width": 1366, "height": 900},
    {"width": 390, "height": 844},
)
_ROWS = ".runs-table tbody tr"
_TELLING = ("title", "figure", "time", "state")
_ACTIONS = ("compare", "export", "delete", "more")

# Texts of controls that do not fit into them; a placeholder is measured as it would be drawn.
_CUT = """() => {
  const pen = document.createElement("canvas").getContext("2d");
  const needs = (field) => {
    const { font, paddingLeft, paddingRight } = getComputedStyle(field);
    pen.font = font;
    return pen.measureText(field.placeholder).width + parseFloat(paddingLeft) + parseFloat(paddingRight);
  };
  const main = document.querySelector(".stMain");
  return [
    ...[...main.querySelectorAll(":is(button, a, [role=radio]), :is(button, a, [role=radio]) p")]
      .filter((part) => part.clientWidth && part.scrollWidth > part.clientWidth)
      .map((part) => part.textContent),
    ...[...main.querySelectorAll("input[placeholder]")]
      .filter((field) => needs(field) > field.clientWidth + 1).map((field) => field.placeholder),
  ];
}"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with races of a minute ago, of two hours ago and of last month, which nobody named."""
    home: Path = tmp_path_factory.mktemp("screens")
    for ago_s in (30 * 24 * 3600, 2 * 3600, 90):
        with _store(home, ago_s) as store:
            train_race(store, start_race(store, owner=COMMAND_LINE))
    return home


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with running_app(home) as address:
        yield address


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context(viewport=_SCREENS[0], locale="en-US") as person:
        person.set_default_timeout(20_000)
        with watched_tab(person) as tab:
            yield tab


def _store(home: Path, ago_s: float = 0.0) -> closing[Store]:
    return closing(open_store(home, clock=lambda: time.time() - ago_s))


def _open(tab: Page, address: str) -> None:
    tab.goto(address)
    expect(tab.locator(_ROWS).first).to_be_visible(timeout=40_000)
    settled(tab)


def _box(part: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    box = part.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def _expect_in_view(tab: Page, part: Locator) -> None:
    size = tab.viewport_size
    assert size is not None
    left, top, right, bottom = _box(part)
    assert 0 <= left < right <= size["width"], part
    assert 0 <= top < bottom <= size["height"], part


@pytest.mark.parametrize("words", ["en", "zh"])
@pytest.mark.parametrize("view", ["groups", "runs"])
def test_the_first_screen_has_the_rows_with_what_tells_them_apart(
    tab: Page, url: str, words: str, view: str
) -> None:
    _open(tab, f"{url}/runs?view={view}&lang={words}")
    for screen in _SCREENS:
        tab.set_viewport_size(screen)
        rows = tab.locator(_ROWS)
        for number in range(3):
            for place in _TELLING:
                cell = rows.nth(number).locator(f"td.runs-{place}")
                expect(cell).not_to_be_empty()
                _expect_in_view(tab, cell)
                cut = "(cell) => cell.scrollWidth > cell.clientWidth"
                assert not cell.evaluate(cut), (screen, cell.inner_text())
        assert tab.evaluate(_CUT) == [], screen
        assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert (
            tab.locator("td.runs-title").first.evaluate("(cell) => getComputedStyle(cell).fontWeight")
            == "600"
        )


@pytest.mark.parametrize("words", ["en", "zh"])
def test_what_can_be_done_is_in_reach_of_the_selection_and_nothing_moves(
    tab: Page, url: str, words: str
) -> None:
    _open(tab, f"{url}/runs?lang={words}")
    bar, first, last = tab.locator(".st-key-action_bar"), tab.locator(_ROWS).first, tab.locator(_ROWS).last
    for screen in _SCREENS:
        tab.set_viewport_size(screen)
        tab.locator(".stMain").evaluate("(main) => main.scrollTo(0, 0)")
        before = _box(last)
        last.locator("input").check()
        first.locator("input").check()
        expect(bar).to_contain_text("2")
        settled(tab)
        assert _box(last) == before
        for place in (0, 1_000_000):
            tab.locator(".stMain").evaluate("(main, place) => main.scrollTo(0, place)", place)
            for name in _ACTIONS:
                _expect_in_view(tab, tab.locator(f".st-key-groups_{name} button").first)
            assert _box(bar)[3] == screen["height"]
        assert _box(tab.locator(".stExpander").last)[3] <= _box(bar)[1], "the end of the page can be seen"
        assert tab.evaluate(_CUT) == [], screen
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme)
            colour = "rgb(255, 255, 255)" if scheme == "light" else "rgb(15, 22, 29)"
            expect(tab.locator(".stApp")).to_have_css("background-color", colour)
            expect(bar).to_have_css("background-color", colour)
        tab.locator(".st-key-groups_none button").click()
        expect(bar).to_have_count(0)


def test_the_comparison_comes_into_view_when_it_is_asked_for(tab: Page, url: str) -> None:
    for screen in (_SCREENS[0], _SCREENS[-1]):
        tab.set_viewport_size(screen)
        _open(tab, f"{url}/runs")
        tab.locator(_ROWS).first.locator("input").check()
        tab.get_by_role("button", name="Compare").click()
        chart = tab.locator(".st-key-card_race_loss")
        expect(chart.locator(".live-chart-graph")).to_have_class(
            "live-chart-graph js-plotly-plot", timeout=40_000
        )
        expect(chart).to_be_in_viewport(ratio=0.6)


def test_a_column_that_nobody_filled_is_not_there(tab: Page, url: str, home: Path) -> None:
    heading = {
        name: tab.get_by_role("columnheader", name=name, exact=True) for name in ("Name", "Tags", "Seed")
    }
    _open(tab, f"{url}/runs?view=runs")
    expect(heading["Seed"]).to_be_visible()
    expect(heading["Name"]).to_be_hidden()
    expect(heading["Tags"]).to_be_hidden()
    with _store(home) as store:
        store.library.label([store.runs()[0].id], Labels(name="Monday"))
    _open(tab, f"{url}/runs?view=runs")
    expect(heading["Name"]).to_be_visible()
    expect(heading["Tags"]).to_be_hidden()


def test_a_file_is_imported_when_it_is_chosen(tab: Page, url: str, home: Path) -> None:
    with _store(home) as store:
        run = next(run for run in store.runs() if run.role == "residual")
        content = orjson.dumps(export_json(store, run.id))
    _open(tab, f"{url}/runs")
    tab.get_by_text("Import a run or weights").click()
    field = tab.locator(".st-key-runs_import_file input[type=file]")
    field.set_input_files({"name": "run.json", "mimeType": "application/json", "buffer": content})
    expect(tab.get_by_text("1 run was imported: Residual-8, seed 0")).to_be_visible()
    expect(tab.get_by_text("1 group selected")).to_be_visible()
    expect(tab.locator(f"{_ROWS}.runs-chosen")).to_have_count(1)
    expect(tab.get_by_role("button", name="Import", exact=True)).to_have_count(0)
