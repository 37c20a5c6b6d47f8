"""What a live page tells Streamlit arrives: on a busy browser, on a bad line, and beside what is pressed."""

import re

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.ui.test_browser_race import LONG, start

pytestmark = pytest.mark.browser

_RACE = "/race?depth=8&width=4&resolution=8&steps=60&evaluate=30&probe=10"
_NEVER_IDLE = "window.requestIdleCallback = () => 0"


def test_the_end_of_a_race_is_shown_where_the_browser_is_never_idle_and_a_message_is_lost(
    page: Page, app_url: str
) -> None:
    lost: list[bytes] = []

    def lose_one(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            if isinstance(message, bytes) and b'"moved"' in message and not lost:
                lost.append(message)
            else:
                server.send(message)

        socket.on_message(pass_on)

    page.add_init_script(_NEVER_IDLE)
    page.route_web_socket(re.compile("/_stcore/stream"), lose_one)
    start(page, app_url + _RACE)
    expect(page.locator(".st-key-race_again button")).to_be_visible(timeout=90_000)
    assert len(lost) == 1


def test_nothing_is_told_together_with_what_is_pressed(page: Page, app_url: str) -> None:
    """Streamlit would carry out both as a run of one fragment, and the press would be lost."""
    start(page, app_url + _RACE)
    page.wait_for_function("() => window.resnetVizConnection")
    waited = page.evaluate(
        """() => new Promise((done) => {
          document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
          const pressed = performance.now();
          resnetVizConnection.say(() => done(performance.now() - pressed));
        })"""
    )
    assert waited >= 250, "Streamlit's slider says what was chosen 200 ms after the last move"


def test_what_is_pressed_just_after_the_page_told_something_concerns_the_whole_page(
    page: Page, app_url: str
) -> None:
    start(page, app_url + LONG)
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_enabled(timeout=60_000)
    page.wait_for_function("() => window.resnetVizConnection?.followers.size > 0")
    # Before any timer fires, as where a slow device is busy with drawing.
    page.evaluate(
        """() => {
            const [follower] = resnetVizConnection.followers;
            const { tell } = follower;
            follower.tell = (stamp) => {
                tell(stamp);
                const choices = [...document.querySelectorAll('[role="radio"]')];
                queueMicrotask(() => choices.find((one) => one.textContent === "简体中文").click());
            };
            follower.ask("something new");
        }"""
    )
    expect(page.get_by_role("heading", level=1)).to_have_text("对照实验", timeout=30_000)
