"""A server just started, and a first visit that goes straight to a page."""

from pathlib import Path

from playwright.sync_api import BrowserContext, expect

from resnet_viz.ui.pages import PAGES
from tests.ui.conftest import running_app, watched_tab


def test_the_first_visit_finds_the_whole_page(context: BrowserContext, tmp_path: Path) -> None:
    with running_app(tmp_path) as address, watched_tab(context) as tab:
        tab.goto(f"{address}/race?depth=56&lang=zh")
        expect(tab.get_by_role("heading", level=1)).to_have_text("对照实验")
        expect(tab.get_by_text("开始对照实验").first).to_be_visible()
        # Navigation and language are there, which a page run on its own would lack.
        expect(tab.get_by_test_id("stTopNavLink")).to_have_count(len(PAGES))
        expect(tab.get_by_role("radio", name="简体中文", exact=True)).to_be_visible()
