"""The Lab in a real browser: a curve is drawn, then measured, and both are there after a reload."""

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from resnet_viz.lab.answers import TASK
from resnet_viz.lab.question import DRAWN_POINTS
from resnet_viz.store import Store
from tests.ui.conftest import settled

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
_MEASURED_MS = 120_000


def axes(page: Page, app_url: str, images: int = 1000) -> Locator:
    """Those of a measurement that no test has made yet."""
    page.goto(f"{app_url}/lab?question=lesion&images={images}")
    drawing = page.locator(".draw-curve svg")
    expect(drawing).to_be_visible(timeout=_SOON_MS)
    settled(page)
    return drawing


def points(page: Page) -> Locator:
    return page.locator(".draw-curve circle.is-drawn")


@pytest.mark.timeout(300)  # it measures twice
def test_a_drawn_curve_stands_beside_the_measured_one_also_after_a_reload(
    page: Page, app: tuple[str, Store], app_url: str
) -> None:
    box = axes(page, app_url, 500).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.12 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.95 * box["width"], box["y"] + 0.6 * box["height"], steps=3)
    page.mouse.up()
    expect(points(page)).to_have_count(DRAWN_POINTS)  # a quick hand leaves no gaps
    page.get_by_role("button", name="Measure", exact=True).click()
    expect(page.get_by_text("Your curve is off by")).to_be_visible(timeout=_MEASURED_MS)
    legend = page.locator(".legendtext", has_text="as you drew it")
    expect(legend).to_be_visible(timeout=_SOON_MS)
    page.reload()
    expect(page.get_by_text("Your curve is off by")).to_be_visible(timeout=_SOON_MS)
    expect(page.get_by_role("heading", level=4)).to_have_text(re.compile("Without one block"))
    # What is measured next has it behind as the answer before.
    page.get_by_role("radio", name="2,000", exact=True).click()
    expect(page.get_by_text("Not measured yet with these settings.")).to_be_visible(timeout=_SOON_MS)
    page.wait_for_url("**images=2000**")
    page.get_by_role("button", name="Measure", exact=True).click()
    stop = page.get_by_role("button", name="Stop", exact=True)
    part = re.compile(r"[1-9]\d*% measured")
    expect(page.locator(".st-key-lab_progress")).to_contain_text(part, timeout=_MEASURED_MS)
    stop.click()
    expect(page.get_by_text("Stopped; this is what there was by then.")).to_be_visible(timeout=_SOON_MS)
    expect(page.locator(".legendtext").first).to_be_visible(timeout=_SOON_MS)
    _address, store = app
    assert [one for one in store.measurements.under_way() if one.spec.task == TASK] == []


def test_a_curve_can_be_drawn_with_the_keyboard_alone(page: Page, app_url: str) -> None:
    axes(page, app_url)
    sliders = page.locator(".draw-curve").get_by_role("slider")
    expect(sliders).to_have_count(DRAWN_POINTS)
    sliders.first.focus()
    page.keyboard.press("Home")
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    expect(sliders.first).to_have_attribute("aria-valuetext", "6%")
    page.keyboard.press("ArrowRight")
    expect(sliders.nth(1)).to_be_focused()
    page.keyboard.press("End")
    expect(sliders.nth(1)).to_have_attribute("aria-valuetext", "100%")
    expect(points(page)).to_have_count(2)
    page.keyboard.press("Delete")
    expect(points(page)).to_have_count(1)
    page.get_by_role("button", name="Clear the drawing", exact=True).click()
    expect(points(page)).to_have_count(0)


def test_a_curve_can_be_drawn_with_a_finger(browser: Browser, app_url: str) -> None:
    phone = {"width": 390, "height": 844}
    with browser.new_context(viewport=phone, has_touch=True, locale="en-US") as context:  # type: ignore[arg-type]
        page = context.new_page()
        drawing = axes(page, app_url)
        drawing.scroll_into_view_if_needed()
        box = drawing.bounding_box()
        assert box is not None
        page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        expect(points(page)).to_have_count(1)
        width = page.evaluate("document.scrollingElement.scrollWidth")
        assert width <= phone["width"]


def test_an_answer_is_taken_away_as_a_picture_for_a_slide_and_as_a_script(
    page: Page, app_url: str, tmp_path: Path
) -> None:
    page.goto(f"{app_url}/lab?question=first_gradient")  # recorded
    page.get_by_text("Take away", exact=True).click()
    for name in ("PNG", "SVG"):
        button = page.get_by_role("button", name=f"Slide as {name}", exact=True)
        with page.expect_download(timeout=_MEASURED_MS) as found:
            button.click(timeout=_SOON_MS)
        assert found.value.suggested_filename == f"lab-first_gradient-slide.{name.lower()}"
        found.value.save_as(tmp_path / name)
    with Image.open(tmp_path / "PNG") as picture:
        assert picture.size == (1600, 900)
        assert picture.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)  # no transparent slide
    drawn = (tmp_path / "SVG").read_text(encoding="utf-8")
    assert 'width="1600" height="900"' in drawn
    assert "What gradient does each layer get" in drawn
    assert "ResNet Viz" in drawn
    with page.expect_download(timeout=_MEASURED_MS) as found:
        page.get_by_role("button", name=re.compile("^Script and data")).click()
    with ZipFile(found.value.path()) as archive:
        assert "lab-first_gradient/first_gradient.py" in archive.namelist()


@pytest.mark.timeout(300)  # five depths
def test_a_question_is_asked_over_depths_and_stopping_keeps_what_there_is(
    page: Page, app: tuple[str, Store], app_url: str
) -> None:
    page.goto(f"{app_url}/lab?question=shattered&seeds=1")
    page.get_by_text("This question over depths", exact=True).click()
    expect(page.get_by_text("0 of 5 depths are measured.")).to_be_visible(timeout=_SOON_MS)
    page.get_by_role("button", name="Measure the other depths", exact=True).click()
    some = page.get_by_text(re.compile("[1-5] of 5 depths are measured."))
    expect(some).to_be_visible(timeout=_MEASURED_MS)
    chart = page.get_by_role("heading", name="Autocorrelation at lag 1", exact=True)
    expect(chart).to_be_visible(timeout=_SOON_MS)
    stop = page.locator(".st-key-lab_depths_do_stop button")
    stop.evaluate_all("buttons => buttons.forEach((one) => one.click())")  # unless all is measured by now
    expect(stop).to_be_hidden(timeout=_MEASURED_MS)
    _address, store = app
    assert [one for one in store.measurements.under_way() if one.spec.task == TASK] == []
    expect(some).to_be_visible()
    page.reload()
    page.get_by_text("This question over depths", exact=True).click()
    expect(chart).to_be_visible(timeout=_SOON_MS)
