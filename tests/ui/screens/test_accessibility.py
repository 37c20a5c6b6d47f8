"""Every page can be used without a mouse, and heard instead of seen."""

import re
from importlib.resources import files
from typing import Any, Final, NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from resnet_viz.ui.pages import PAGES
from tests.ui.conftest import settled
from tests.ui.screens.seen import LANGUAGES, speak

pytestmark = pytest.mark.browser

_AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_GRAVE: Final = {"serious", "critical"}
# What Streamlit calls its controls, in English and without what they belong to.
_STREAMLITS: Final = re.compile(
    r"Open|Increment|Decrement|Clear all|Navigate to home page|(Help for|Remove) .*"
)
_RING_PX: Final = 3
_MOST_STOPS: Final = 60

# What kind of control has the focus, and how wide the ring is that it has or that is around it.
_FOCUS: Final = """() => {
  const focused = document.activeElement;
  if (focused === document.body) return null;
  const kind = [focused.tagName.toLowerCase(), focused.type, focused.getAttribute('role')];
  let ring = 0;
  for (let part = focused, up = 0; part && up < 4; part = part.parentElement, up += 1) {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
    const { width, height } = part.getBoundingClientRect();
    if (width < 4 || height < 4) continue;
    if (outlineStyle === 'solid') ring = Math.max(ring, parseFloat(outlineWidth));
    const spread = boxShadow.match(/ 0px 0px 0px (\\d+(\\.\\d+)?)px/);
    if (spread) ring = Math.max(ring, parseFloat(spread[1]));
  }
  return { kind: kind.filter(Boolean).join(' '), ring,
           name: focused.getAttribute('aria-label') ?? focused.textContent.trim().slice(0, 60) };
}"""


class Heard(NamedTuple):
    """What a page is to those who don't see it."""

    where: str
    findings: list[str]
    spoken: str


def _addresses(with_race: tuple[str, str]) -> list[str]:
    server, race = with_race
    return [*(f"{server}/{page.address}" for page in PAGES), race, f"{server}/lab?question=lesion"]


def _open(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    settled(page, 60_000)


def _named(page: Page) -> None:
    """Wait until the parts of the page have the words that their scripts put in."""
    page.wait_for_function(
        """(streamlits) => [...document.querySelectorAll('.stApp button')]
             .map((button) => button.getAttribute('aria-label') ?? button.textContent.trim())
             .every((name) => name && !RegExp(`^(${streamlits})$`).test(name))""",
        arg=_STREAMLITS,
    )


def _in_theme(page: Page, theme: str) -> None:
    """Wait until the page has the theme, and nothing fades any more from the other one into it."""
    page.wait_for_function(
        """(theme) => getComputedStyle(document.querySelector('.stApp')).colorScheme === theme
             && document.getAnimations()
               .every((one) => !(one instanceof CSSTransition) || one.playState !== 'running')""",
        arg=theme,
    )


def _findings(page: Page) -> list[str]:
    """What axe-core finds that keeps people out, with where it is."""
    found: dict[str, Any] = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{rule['id']}: {node['html'][:200]} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in _GRAVE
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def heard(browser: Browser, with_race: tuple[str, str]) -> list[Heard]:
    """All pages, visited once: in both languages, each in both themes."""
    found = []
    with browser.new_context(locale="en-US", reduced_motion="reduce") as person:
        person.set_default_timeout(30_000)
        page = person.new_page()
        for address in _addresses(with_race):
            page.emulate_media(color_scheme="light")
            _open(page, address)
            page.evaluate(_AXE)
            for language in reversed(LANGUAGES):
                speak(page, language)
                for theme in ("light", "dark"):
                    page.emulate_media(color_scheme=theme)
                    if language == "zh":
                        _named(page)
                    _in_theme(page, theme)
                    where = f"{address}, {language}, {theme}"
                    found.append(Heard(where, _findings(page), page.locator("body").aria_snapshot()))
    return found


@pytest.mark.timeout(300)
def test_nothing_keeps_anybody_out(heard: list[Heard]) -> None:
    """axe-core finds nothing serious or critical on any page, in both languages and themes."""
    found = [f"{where}: {finding}" for where, findings, _spoken in heard for finding in findings]
    assert not found, "\n".join(found)


def test_each_control_is_named_once_with_what_it_belongs_to(heard: list[Heard]) -> None:
    sliders = 0
    for where, _findings, spoken in heard:
        sliders += spoken.count("slider")
        twice = re.findall(r'(?:slider|combobox|progressbar) "(.+) \1"', spoken)
        nameless = re.findall(
            r"^ *- (?:slider|combobox|progressbar|button|switch|checkbox)(?=:| \[|$)", spoken, re.M
        )
        assert [*twice, *nameless] == [], where
        assert '"Open"' not in spoken, where
    assert sliders


def test_whatever_has_the_focus_has_a_ring(page: Page, with_race: tuple[str, str]) -> None:
    kinds = set()
    for address in _addresses(with_race)[2:]:
        _open(page, address)
        for details in page.locator('[data-testid="stExpander"] summary').all()[:1]:
            details.click()
        settled(page)
        page.locator("h1").first.click()
        for _stop in range(_MOST_STOPS):
            page.keyboard.press("Tab")
            focused = page.evaluate(_FOCUS)
            if focused is None:
                break
            assert focused["ring"] >= _RING_PX, f"{address}: {focused['kind']}, {focused['name']}"
            kinds.add(focused["kind"])
    assert {"a", "button button", "summary", "input range", "input text combobox"} <= kinds


def test_an_address_without_a_page_is_told_in_the_readers_language(
    page: Page, with_race: tuple[str, str]
) -> None:
    page.goto(f"{with_race[0]}/nowhere?lang=zh")
    expect(page.get_by_text("地址 nowhere 处没有页面")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url == f"{with_race[0]}/?lang=zh"
