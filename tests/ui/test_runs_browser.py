"""The Runs page in a real browser: the table by mouse and keyboard, files, deletion and undo."""

import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import pytest
from playwright.sync_api import Browser, Page, expect

from resnet_viz.exports.importing import MAX_BYTES
from resnet_viz.store import COMMAND_LINE, open_store
from resnet_viz.ui.runs.rows import recordings
from tests.made.stored import start_race, train_race
from tests.ui.conftest import running_app, settled, watched_tab

_ROWS = ".runs-table tbody tr"


def bundled() -> int:
    """How many runs came with the app."""
    return sum(len(recording.runs) for recording in recordings())


@pytest.fixture(scope="module")
def library_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server whose history has three races from the command line, trained, and one deleted long ago."""
    home: Path = tmp_path_factory.mktemp("library")
    old = open_store(home, clock=lambda: time.time() - 8 * 24 * 3600)
    deleted = start_race(old, owner=COMMAND_LINE)
    train_race(old, deleted)
    old.library.delete(deleted.run_ids)
    old.close()
    store = open_store(home)
    for _number in range(3):
        train_race(store, start_race(store, owner=COMMAND_LINE))
    store.close()
    with running_app(home) as address:
        yield address


def test_a_time_is_the_readers(browser: Browser, library_url: str) -> None:
    zone = "Asia/Kathmandu"  # five and three quarters hours from UTC
    with browser.new_context(locale="en-US", timezone_id=zone) as person, watched_tab(person) as tab:
        tab.goto(f"{library_url}/runs")
        begun = tab.locator(_ROWS).first.locator("td.runs-time")
        # How long ago for the eye; the moment itself to those who hover or have it read out.
        expect(begun).to_have_text(re.compile(r"^(just now|\d+ min ago) \(\d{4}-\d\d-\d\d \d\d:\d\d\)$"))
        exact = begun.get_attribute("title") or ""
        assert exact in begun.inner_text()
        shown = datetime.fromisoformat(exact).replace(tzinfo=ZoneInfo(zone))
        assert 0 <= time.time() - shown.timestamp() < 30 * 60


def test_a_file_too_large_is_refused_in_the_readers_language(
    page: Page, library_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "run.json"
    file.write_bytes(bytes(MAX_BYTES + 1))
    page.goto(f"{library_url}/runs?lang=zh")
    page.get_by_text("导入训练记录或权重").click()
    page.locator(".st-key-runs_import_file input[type=file]").set_input_files(file)
    page.wait_for_function(
        "([said, words]) => getComputedStyle(document.querySelector(said) ?? document.body, '::after')"
        ".content.includes(words)",
        arg=['.stFileChip [role="alert"]', "未接收此文件"],
    )


def test_find_choose_compare_and_take_away(page: Page, library_url: str, tmp_path: Path) -> None:
    page.goto(f"{library_url}/runs?view=runs")
    expect(page.locator(_ROWS)).to_have_count(min(50, 6 + bundled()))
    page.get_by_role("searchbox", name="Search", exact=True).fill("residual-8 race")
    page.keyboard.press("Enter")
    expect(page.locator(_ROWS)).to_have_count(3)
    page.wait_for_url("**/runs?view=runs&q=residual-8+race")
    page.get_by_role("button", name=re.compile("^Started")).click()
    expect(page.get_by_role("columnheader", name=re.compile("^Started"))).to_have_attribute(
        "aria-sort", "ascending"
    )
    settled(page)  # the rows come anew
    page.locator(_ROWS).first.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 run selected")).to_be_visible()
    page.get_by_role("button", name="Compare", exact=True).click()
    chart = page.locator(".st-key-card_race_loss .live-chart-graph")
    expect(chart).to_have_class(re.compile("js-plotly-plot"), timeout=20_000)  # plotly.js is large
    page.get_by_role("checkbox", name="Select all on this page", exact=True).check()
    expect(page.get_by_text("3 runs selected")).to_be_visible()
    expect(page.locator(".st-key-card_runs_compare_loss .live-chart-graph")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    page.locator(".st-key-runs_format-en").get_by_role("combobox").click()
    page.get_by_role("option", name="JSON, can be imported again", exact=True).click()
    with page.expect_download() as saved:
        page.locator(".st-key-runs_download_json button").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    page.keyboard.press("Escape")
    exported = orjson.loads(file.read_bytes())
    assert [run["run"]["role"] for run in exported["runs"]] == ["residual"] * 3
    page.get_by_text("Import a run").click()
    page.locator(".st-key-runs_import_file input[type=file]").set_input_files(file)
    expect(page.get_by_text("3 runs were imported: Residual-8, seed 0; ")).to_be_visible()
    expect(page.get_by_text("3 runs selected")).to_be_visible()
    page.get_by_role("searchbox", name="Search", exact=True).fill("residual-8 import")
    page.keyboard.press("Enter")
    expect(page.locator(_ROWS)).to_have_count(3)
    expect(page.locator(".runs-chosen")).to_have_count(3)


def test_deleting_and_undoing(page: Page, library_url: str) -> None:
    page.goto(f"{library_url}/runs?view=runs&network=plain&q=race+-8")
    rows = page.locator(_ROWS)
    expect(rows).to_have_count(3)
    rows.first.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("1 run was deleted: Plain-8, seed 0")).to_be_visible()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(rows).to_have_count(3)
    expect(page.locator(".runs-chosen")).to_have_count(1)


def test_a_whole_group_is_renamed_deleted_and_opened(page: Page, library_url: str) -> None:
    page.goto(f"{library_url}/runs")
    page.get_by_role("searchbox", name="Search", exact=True).fill("race -8")
    page.keyboard.press("Enter")
    rows = page.locator(_ROWS)
    expect(rows).to_have_count(3)
    rows.first.click()
    expect(page.get_by_text("1 group selected")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Monday's race")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(rows.first).to_contain_text("Monday's race")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 runs were deleted: Plain-8, seed 0; Residual-8, seed 0")).to_be_visible()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(rows).to_have_count(3)
    page.get_by_role("link", name="Open on the Race page", exact=True).click()
    expect(page.get_by_role("heading", name="Race", exact=True, level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/race\?.*race=[a-z2-7]{10}"))
    expect(page).to_have_url(re.compile(r"steps=30"))


def test_what_was_deleted_long_ago_is_gone_after_the_start(page: Page, library_url: str) -> None:
    page.goto(f"{library_url}/runs")
    expect(page.locator(_ROWS).first).to_be_visible()
    page.get_by_text("Disk space").click()
    expect(page.get_by_text("Deleted runs (included above)")).to_be_visible()
    expect(page.get_by_text("Deleted runs:")).to_have_count(0)
