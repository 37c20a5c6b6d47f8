"""The Runs page as it is seen: what stands on the first screen, and what is in reach without a search."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Page, expect

from resnet_viz.store import COMMAND_LINE, Labels, Store, export_json, open_store
from tests.made.stored import start_race, train_race
from tests.ui.conftest import running_app, settled
from tests.ui.screens.seen import (
    LANGUAGES,
    SCREENS,
    assert_nothing_cut,
    assert_on_first_screen,
    places,
    show,
    speak,
)

pytestmark = pytest.mark.browser

_ROWS = ".runs-table tbody tr"
_LAST_ROW = f"{_ROWS}:last-child"
_TELLING = ("title", "figure", "time", "state")
_ACTIONS = ("compare", "export", "delete", "more")
_STARTED = {"en": "Started", "zh": "开始时间"}
_BACKGROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(15, 22, 29)"}

# A hint as wide as its field shows it; Chromium does not count it as something to scroll to.
_HINT_FITS = """(field) => {
  const pen = document.createElement("canvas").getContext("2d");
  const { font, paddingLeft, paddingRight } = getComputedStyle(field);
  pen.font = font;
  const width = pen.measureText(field.placeholder).width;
  return width + parseFloat(paddingLeft) + parseFloat(paddingRight) <= field.clientWidth;
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


def _store(home: Path, ago_s: float = 0.0) -> closing[Store]:
    return closing(open_store(home, clock=lambda: time.time() - ago_s))


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(_ROWS).first).to_be_visible(timeout=40_000)
    settled(page)


def _speak(page: Page, language: str) -> None:
    speak(page, language)
    expect(page.locator("th.runs-time")).to_contain_text(_STARTED[language])
    settled(page)


@pytest.mark.parametrize("view", ["groups", "runs"])
def test_the_first_screen_has_the_rows_with_what_tells_them_apart(page: Page, url: str, view: str) -> None:
    _open(page, f"{url}/runs?view={view}")
    for language in LANGUAGES:
        _speak(page, language)
        rows = page.locator(_ROWS)
        for screen in SCREENS:
            show(page, screen)
            for number in range(3):
                for place in _TELLING:
                    cell = rows.nth(number).locator(f"td.runs-{place}")
                    expect(cell).not_to_be_empty()
                    assert_on_first_screen(screen, cell)
                    assert not cell.evaluate("(cell) => cell.scrollWidth > cell.clientWidth"), (
                        cell.inner_text()
                    )
            assert_nothing_cut(page)
            assert page.locator(".st-key-runs_toolbar input").evaluate(_HINT_FITS)


def test_what_can_be_done_is_in_reach_of_the_selection_and_nothing_moves(page: Page, url: str) -> None:
    _open(page, f"{url}/runs")
    bar = page.locator(".st-key-action_bar")
    for language in LANGUAGES:
        _speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            before = places(page, _LAST_ROW)
            page.locator(_LAST_ROW).locator("input").check()
            page.locator(_ROWS).first.locator("input").check()
            expect(bar).to_contain_text("2")
            settled(page)
            assert places(page, _LAST_ROW) == before
            buttons = [page.locator(f".st-key-groups_{name} button").first for name in _ACTIONS]
            for place in (0, 1_000_000):
                page.locator(".stMain").evaluate("(main, place) => main.scrollTo(0, place)", place)
                assert_on_first_screen(screen, bar, *buttons)
            end, edge = page.locator(".stExpander").last.bounding_box(), bar.bounding_box()
            assert end, "the end of the page"
            assert edge, "the bar"
            assert end["y"] + end["height"] <= edge["y"], "all of the page can be seen above the bar"
            assert_nothing_cut(page)
            page.locator(".st-key-groups_none button").click()
            expect(bar).to_have_count(0)


def test_the_bar_is_of_the_pages_colour(page: Page, url: str) -> None:
    _open(page, f"{url}/runs")
    page.locator(_ROWS).first.locator("input").check()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for part in (".stApp", ".st-key-action_bar"):
            expect(page.locator(part)).to_have_css("background-color", _BACKGROUNDS[scheme])


def test_the_comparison_comes_into_view_when_it_is_asked_for(page: Page, url: str) -> None:
    for screen in SCREENS[::2]:
        page.set_viewport_size({"width": screen.width, "height": screen.height})
        _open(page, f"{url}/runs")
        page.locator(_ROWS).first.locator("input").check()
        page.get_by_role("button", name="Compare", exact=True).click()
        chart = page.locator(".st-key-card_race_loss")
        expect(chart.locator(".live-chart-graph")).to_have_class(
            "live-chart-graph js-plotly-plot", timeout=40_000
        )
        expect(chart).to_be_in_viewport(ratio=0.6)


def test_a_column_that_nobody_filled_is_not_there(page: Page, url: str, home: Path) -> None:
    heading = {
        name: page.get_by_role("columnheader", name=name, exact=True) for name in ("Name", "Tags", "Seed")
    }
    _open(page, f"{url}/runs?view=runs")
    expect(heading["Seed"]).to_be_visible()
    expect(heading["Name"]).to_be_hidden()
    expect(heading["Tags"]).to_be_hidden()
    with _store(home) as store:
        store.library.label([store.runs()[0].id], Labels(name="Monday"))
    _open(page, f"{url}/runs?view=runs")
    expect(heading["Name"]).to_be_visible()
    expect(heading["Tags"]).to_be_hidden()


def test_a_file_is_imported_when_it_is_chosen(page: Page, url: str, home: Path) -> None:
    with _store(home) as store:
        run = next(run for run in store.runs() if run.role == "residual")
        content = orjson.dumps(export_json(store, run.id))
    _open(page, f"{url}/runs")
    page.get_by_text("Import a run or weights").click()
    field = page.locator(".st-key-runs_import_file input[type=file]")
    field.set_input_files({"name": "run.json", "mimeType": "application/json", "buffer": content})
    expect(page.get_by_text("1 run was imported: Residual-8, seed 0")).to_be_visible()
    expect(page.get_by_text("1 group selected")).to_be_visible()
    expect(page.locator(f"{_ROWS}.runs-chosen")).to_have_count(1)
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
