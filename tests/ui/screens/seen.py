"""What a person sees without scrolling, and what is cut off, in a real browser."""

from typing import Final, NamedTuple

from playwright.sync_api import Locator, Page

from tests.ui.conftest import settled


class Screen(NamedTuple):
    """A window, in CSS pixels."""

    name: str
    width: int
    height: int


SCREENS: Final = (Screen("projector", 1024, 768), Screen("laptop", 1366, 900), Screen("phone", 390, 844))
LANGUAGES: Final = ("en", "zh")
_NAMES: Final = {"en": "English", "zh": "简体中文"}
_SKIP: Final = {"en": "Skip to the content", "zh": "跳到正文"}
_SAYS: Final = """(words) => getComputedStyle(document.documentElement)
  .getPropertyValue('--word-skip').includes(words)"""

# Words of a control that its box hides, whether or not an ellipsis says so.
_CUT: Final = """() => {
  const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
  const controls = document.querySelectorAll(
    '.stMain :is(button, summary, [role="radio"], [role="tab"], label, .stPageLink a), header a');
  const hides = (e) => e.clientWidth > 1 && getComputedStyle(e).overflowX !== 'visible';
  return [...controls].filter(seen).flatMap((e) => [e, ...e.querySelectorAll('*')])
    .filter((e) => hides(e) && e.scrollWidth > e.clientWidth + 1 && e.textContent.trim())
    .map((e) => `${e.textContent.trim()}: ${e.scrollWidth} > ${e.clientWidth}`);
}"""


# Charts take the window's size in frames of their own: at rest is what has not moved for some of them.
_AT_REST: Final = """async (selector) => {
  await document.fonts.ready;
  const places = () => JSON.stringify([...document.querySelectorAll(selector)].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height];
  }));
  for (let still = 0, before = ''; still < 20;) {
    await new Promise(requestAnimationFrame);
    const now = places();
    still = now === before ? still + 1 : 0;
    before = now;
  }
}"""


def await_rest(page: Page, selector: str = ".live-chart-graph") -> None:
    """Wait until nothing that ``selector`` finds moves any more."""
    page.evaluate(_AT_REST, selector)


def show(page: Page, screen: Screen) -> None:
    """Make the window as large as ``screen``, scrolled to the top; returns once the page is at rest."""
    page.set_viewport_size({"width": screen.width, "height": screen.height})
    page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    await_rest(page)


def speak(page: Page, language: str) -> None:
    """Switch the page to ``language``, as a person does."""
    choice = page.get_by_role("radio", name=_NAMES[language], exact=True)
    if choice.get_attribute("aria-checked") != "true":
        choice.click()
        # The press is on its way for a while, in which the page, in the old language, looks settled.
        page.wait_for_function(_SAYS, arg=_SKIP[language])
    settled(page)


def assert_on_first_screen(screen: Screen, *things: Locator) -> None:
    """Each lies whole inside the window."""
    for thing in things:
        box = thing.bounding_box()
        assert box is not None, f"{thing} is not there"
        assert box["y"] >= 0, f"{thing} begins at {box['y']:.0f}"
        assert box["y"] + box["height"] <= screen.height, (
            f"{screen.name}: {thing} ends at {box['y'] + box['height']:.0f} of {screen.height}"
        )
        assert box["x"] >= 0, f"{thing} begins left of the window"
        assert box["x"] + box["width"] <= screen.width, f"{screen.name}: {thing} is wider than the window"


def assert_nothing_cut(page: Page) -> None:
    """No control hides a part of its words, and nothing makes the page scroll sideways."""
    assert page.evaluate(_CUT) == []
    assert page.evaluate("document.querySelector('.stMain').scrollWidth <= innerWidth")


def places(page: Page, *selectors: str) -> dict[str, tuple[int, int]]:
    """Where things are on the page, whatever it is scrolled to."""
    scrolled = page.locator(".stMain").evaluate("main => main.scrollTop")
    found = {}
    for selector in selectors:
        box = page.locator(selector).bounding_box()
        assert box is not None, f"{selector} is not there"
        found[selector] = (round(box["x"]), round(box["y"] + scrolled))
    return found
