"""The Runs page in a real browser: the table by mouse and keyboard, files, deletion and undo."""

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from resnet_viz.store import open_store
from resnet_viz.ui.runs_rights import COMMAND_LINE
from tests.ui.conftest import running_app, watched_tab
from tests.ui.test_pages import queue, train

pytestmark = pytest.mark.browser

_ROWS = ".runs-table tbody tr"
_PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def library_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose history has three races from the command line, trained."""
    home: Path = tmp_path_factory.mktemp("library")
    store = open_store(home)
    for _number in range(3):
        train(store, queue(store, owner=COMMAND_LINE))
    store.close()
    with running_app(home) as address:
        yield address


def test_find_choose_compare_and_take_away(page: Page, library_url: str, tmp_path: Path) -> None:
    page.goto(f"{library_url}/runs")
    expect(page.locator(_ROWS)).to_have_count(8)
    page.get_by_role("searchbox", name="Search").fill("residual-8")
    page.keyboard.press("Enter")
    expect(page.locator(_ROWS)).to_have_count(3)
    page.wait_for_url("**/runs?q=residual-8")
    page.get_by_role("button", name="Begun").click()
    expect(page.get_by_role("columnheader", name="Begun")).to_have_attribute("aria-sort", "ascending")
    page.locator(_ROWS).first.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 run chosen")).to_be_visible()
    chart = page.locator(".st-key-exhibit_race_loss .live-chart-graph")
    expect(chart).to_have_class(re.compile("js-plotly-plot"))
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(page.get_by_text("3 runs chosen")).to_be_visible()
    expect(page.locator(".st-key-exhibit_runs_compare_loss .live-chart-graph")).to_be_visible()
    page.locator(".st-key-runs_format").get_by_role("combobox").click()
    page.get_by_role("option", name="JSON, can be imported again").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Export", exact=True).click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    exported = orjson.loads(file.read_bytes())
    assert [run["run"]["role"] for run in exported["runs"]] == ["residual"] * 3
    page.get_by_text("Import a run").click()
    page.locator('[data-testid="stFileUploader"] input[type=file]').set_input_files(file)
    expect(page.get_by_text("3-runs.json")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(_ROWS)).to_have_count(6)


def test_deleting_and_undoing(page: Page, library_url: str) -> None:
    page.goto(f"{library_url}/runs?network=plain")
    rows = page.locator(_ROWS)
    expect(rows).to_have_count(4)
    rows.first.click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 run was deleted.")).to_be_visible()
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Undo").click()
    expect(rows).to_have_count(4)
    expect(page.locator(".runs-chosen")).to_have_count(1)


def test_a_phone_scrolls_the_table_not_the_page(browser: Browser, library_url: str) -> None:
    with (
        browser.new_context(viewport=_PHONE, has_touch=True, locale="zh-CN") as person,
        watched_tab(person) as tab,
    ):
        tab.goto(f"{library_url}/runs")
        expect(tab.locator(_ROWS).first).to_be_visible()
        assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert tab.locator(".runs-table").evaluate(
            "(e) => e.scrollWidth > e.clientWidth && e.getBoundingClientRect().right <= innerWidth"
        )
