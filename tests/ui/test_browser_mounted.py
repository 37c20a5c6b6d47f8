"""The app below an address that is not the host's root: one it is told, and one that only a proxy knows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from resnet_viz.ui.access import VARIABLE
from tests.ui.conftest import running_app, watched_tab
from tests.ui.prefix_proxy import below_prefix

pytestmark = pytest.mark.browser

CODE = "blackboard-7"


@contextmanager
def below_base_path(home: Path) -> Iterator[str]:
    with running_app(home, base="/lab/resnet", **{VARIABLE: CODE}) as address:
        yield address


@contextmanager
def behind_a_proxy(home: Path) -> Iterator[str]:
    with running_app(home, **{VARIABLE: CODE}) as address, below_prefix(address) as (seen, strays):
        yield seen
    # Browsers ask for it at the root of every host.
    assert set(strays) <= {"/favicon.ico"}


@pytest.mark.parametrize("mounted", [below_base_path, behind_a_proxy])
def test_code_pages_and_charts_work_below_any_prefix(
    context: BrowserContext, tmp_path: Path, mounted: Callable[[Path], AbstractContextManager[str]]
) -> None:
    with mounted(tmp_path / "home") as address:
        asked = context.new_page()
        asked.goto(f"{address}/depth?seeds=2")
        asked.get_by_label("Access code").fill(CODE)
        asked.get_by_role("button").click()
        asked.wait_for_url(f"{address}/depth?seeds=2")
        asked.close()
        with watched_tab(context) as tab:
            tab.goto(f"{address}/depth/?seeds=2")
            tab.wait_for_url(f"{address}/depth?seeds=2")
            expect(tab.locator(".live-chart-graph .main-svg").first).to_be_visible(timeout=40_000)
            tab.get_by_role("link", name="Home").click()
            expect(tab.locator(".replay .main-svg").first).to_be_visible(timeout=40_000)
