"""The app below an address that is not the host's root: one it is told, and one that only a proxy knows."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from resnet_viz.ui.access import VARIABLE
from resnet_viz.ui.embedding import VARIABLE as EMBED_IN
from resnet_viz.ui.http import OWNER_COOKIE
from tests.data.server import serving
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
        asked.get_by_label("Access code", exact=True).fill(CODE)
        asked.get_by_role("button").click()
        asked.wait_for_url(f"{address}/depth?seeds=2")
        asked.close()
        with watched_tab(context) as tab:
            tab.goto(f"{address}/depth/?seeds=2")
            tab.wait_for_url(f"{address}/depth?seeds=2")
            expect(tab.locator(".live-chart-graph .main-svg").first).to_be_visible(timeout=40_000)
            tab.get_by_role("link", name="Home", exact=True).click()
            expect(tab.locator(".replay .main-svg").first).to_be_visible(timeout=40_000)


def test_a_course_page_shows_the_app_in_a_frame(context: BrowserContext, tmp_path: Path) -> None:
    """Another site over HTTPS: code, identity and uploads need cookies that browsers send into frames."""
    with serving() as course, ExitStack() as stack:
        variables = {VARIABLE: CODE, EMBED_IN: course.address}
        server = stack.enter_context(running_app(tmp_path / "home", **variables))
        address, _strays = stack.enter_context(below_prefix(server))
        page = f'<!doctype html><iframe src="{address}/runs?embed=true" width="1200" height="900"></iframe>'
        course.files["/lesson"] = page.encode()
        tab = context.new_page()
        tab.goto(f"{course.address}lesson")
        app = tab.frame_locator("iframe")
        app.get_by_label("Access code", exact=True).fill(CODE)
        app.get_by_role("button").click()
        app.get_by_text("Import a run or weights").click(timeout=40_000)
        field = app.locator(".st-key-runs_import_file input[type=file]")
        field.set_input_files({"name": "run.json", "mimeType": "application/json", "buffer": b"{}"})
        expect(app.get_by_role("alert").filter(has_text="not")).to_be_visible()
        owned = [cookie for cookie in context.cookies(address) if cookie.get("name") == OWNER_COOKIE]
        assert [cookie.get("partitionKey") for cookie in owned] == ["http://127.0.0.1"]
