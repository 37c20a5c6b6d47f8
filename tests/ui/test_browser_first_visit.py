"""A server just started, and a first visit that goes straight to a page."""

import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.ui.conftest import running_app, watched_tab

pytestmark = pytest.mark.browser

# Title, and something that stands on no other page.
PAGES = {
    "/": ("What does the skip connection change?", "Run it live"),
    "/race?depth=56&lang=zh": ("对比训练", "开始对比训练"),
    "/depth": ("Depth", "Start the sweep"),
    "/inspect": ("Inspect", "One image, two trained networks"),
    "/runs": ("Runs", "Import a run"),
}


@pytest.mark.parametrize("path", PAGES)
def test_the_first_visit_finds_the_whole_page(context: BrowserContext, tmp_path: Path, path: str) -> None:
    title, content = PAGES[path]
    with running_app(tmp_path) as address, watched_tab(context) as tab:
        started = time.monotonic()
        tab.goto(address + path)
        expect(tab.get_by_role("heading", level=1)).to_have_text(title)
        expect(tab.get_by_text(content).first).to_be_visible()
        assert time.monotonic() - started < 10
        # Navigation and language are there, which a page run on its own would lack.
        expect(tab.get_by_test_id("stSidebarNavLink")).to_have_count(len(PAGES))
        expect(tab.get_by_role("radio", name="简体中文")).to_be_visible()
