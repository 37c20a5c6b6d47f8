"""Both languages, both themes, a phone: in a real browser."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.ui.conftest import settled, watched_tab


def test_presets_and_settings_live_in_the_link(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/race")
    page.get_by_role("radio", name="Vanishing gradients", exact=True).click()
    page.wait_for_url("**/race?preset=vanishing")
    expect(page.get_by_text("Without normalisation")).to_be_visible()
    settled(page)  # the preset has its own steps
    page.get_by_text("All settings").click()
    steps = page.get_by_label("Steps", exact=True)
    steps.fill("70")
    steps.press("Enter")
    page.wait_for_url("**/race?preset=vanishing&steps=70")
    page.reload()
    expect(page.get_by_text("70 steps, batch size 64")).to_be_visible()
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("skip connection")
    page.get_by_role("link", name="Race", exact=True).click()
    expect(page.get_by_text("70 steps, batch size 64")).to_be_visible()
    page.wait_for_url("**/race?*steps=70*")


def test_the_language_is_switched_and_kept_in_the_link(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/race")
    expect(page.get_by_role("heading", level=1)).to_have_text("Race")
    page.get_by_role("radio", name="简体中文", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("对照实验")
    page.wait_for_url("**/race?lang=zh")
    page.get_by_role("link", name="首页", exact=True).click()
    expect(page.get_by_role("button", name="开始", exact=True)).to_be_hidden()
    expect(page.get_by_role("link", name="对照实验", exact=True)).to_be_visible()
    page.wait_for_url("**lang=zh*")


def test_a_chinese_browser_gets_chinese(browser: Browser, app_url: str) -> None:
    with browser.new_context(locale="zh-CN") as person, watched_tab(person) as tab:
        tab.goto(f"{app_url}/race")
        expect(tab.get_by_role("heading", level=1)).to_have_text("对照实验")


@pytest.mark.parametrize("path", ["/", "/race"])
def test_nothing_sticks_out_on_a_phone(browser: Browser, app_url: str, path: str) -> None:
    phone: ViewportSize = {"width": 390, "height": 844}
    with (
        browser.new_context(viewport=phone, has_touch=True, locale="en-US") as person,
        watched_tab(person) as tab,
    ):
        tab.goto(app_url + path)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        if path == "/race":
            tab.get_by_text("All settings").click()
            expect(tab.get_by_label("Batch size", exact=True)).to_be_visible()
        settled(tab)
        sticking = tab.evaluate(
            """() => [...document.querySelectorAll('[data-testid="stMain"] *')]
              .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert sticking == []
        assert tab.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True])
def test_the_theme_follows_the_system(browser: Browser, app_url: str, dark: bool) -> None:
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    with browser.new_context(color_scheme=scheme) as person, watched_tab(person) as tab:
        tab.goto(app_url)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        background = "rgb(15, 22, 29)" if dark else "rgb(255, 255, 255)"
        expect(tab.get_by_test_id("stApp")).to_have_css("background-color", background)
