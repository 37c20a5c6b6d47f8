"""The Inspect page in a real browser: a photo dropped, everything changed once, downloads, phone width."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.images.files import gradient, jpeg_of
from tests.images.test_refused import REFUSED
from tests.ui.conftest import settled, watched_tab
from tests.ui.test_browser_race import QUICK, start

_MAPS = '[class*="st-key-role_card_"][class*="_map"] img'


def open_inspect(page: Page, address: str, link: str = "") -> None:
    """Open the page and wait for both maps."""
    page.goto(f"{address}/inspect{link}")
    expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
    settled(page)


def sources(page: Page) -> list[str]:
    found: list[str] = page.locator(_MAPS).evaluate_all("pictures => pictures.map((one) => one.src)")
    return found


def await_new_maps(page: Page, before: list[str]) -> None:
    """Wait until every map is another picture."""
    page.wait_for_function(
        "([maps, before]) => { const now = [...document.querySelectorAll(maps)].map((i) => i.src);"
        " return now.length === before.length && now.every((one, k) => one !== before[k]); }",
        arg=[_MAPS, before],
        timeout=30_000,
    )


def payload(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def pick(page: Page, label: str, option: str) -> None:
    """Choose in the map's settings, which are folded away."""
    page.get_by_role("button", name="Map settings", exact=True).click()
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)
    page.keyboard.press("Escape")


def test_layer_class_and_method_change_both_maps(page: Page, app_url: str) -> None:
    open_inspect(page, app_url)
    seen = sources(page)
    page.locator('.st-key-inspect_layer-en input[type="range"]').focus()
    page.keyboard.press("ArrowLeft")
    await_new_maps(page, seen)
    page.wait_for_url(re.compile("layer=stage3.block5.conv2"))
    seen = sources(page)
    pick(page, "Class to explain", "Bag")
    await_new_maps(page, seen)
    seen = sources(page)
    pick(page, "Method", "Occlusion")
    await_new_maps(page, seen)
    page.wait_for_url(re.compile("method=occlusion"))
    link = page.url
    page.reload()
    expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Map settings", exact=True).click()
    expect(page.get_by_role("combobox", name="Method", exact=True)).to_have_value("Occlusion")
    assert page.url == link


def test_settings_that_are_folded_away_keep_their_values(page: Page, app_url: str) -> None:
    """A slider that was first drawn some script runs later began at 0, and took that for the choice."""
    open_inspect(page, app_url)
    seen = sources(page)
    page.get_by_role("button", name=re.compile("^Ankle boot, test image")).click()
    await_new_maps(page, seen)
    pick(page, "Class to explain", "Bag")
    page.wait_for_url(re.compile(r"\?image=17&target=8$"))
    page.get_by_role("radio", name="Test images", exact=True).click()
    expect(page.get_by_text("of 2,000; below each")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Sneaker, test image")).first.click()
    page.get_by_role("button", name="Filter and order", exact=True).click()
    page.get_by_role("combobox", name="Order", exact=True).click()
    page.get_by_role("option", name="Least confident first", exact=True).click()
    page.wait_for_url(re.compile("order=unsure"))
    settled(page)
    for default in ("opacity", "method", "view", "scale", "group", "class="):
        assert default not in page.url


def test_a_sample_is_chosen_and_a_channel_enlarged(page: Page, app_url: str) -> None:
    open_inspect(page, app_url)
    page.get_by_role("button", name=re.compile("^Bag, test image")).click()
    expect(page.get_by_text("True class: Bag")).to_be_visible()
    page.get_by_role("radio", name="Feature maps", exact=True).click()
    tile = page.locator(".st-key-inspect_grid_residual button").nth(3)
    expect(tile).to_be_visible()
    settled(page)
    title = tile.get_attribute("aria-label") or ""
    tile.click()
    expect(page.locator(".st-key-inspect_grid_residual button[aria-pressed=true]")).to_have_attribute(
        "aria-label", title
    )
    number = title.removeprefix("Channel ").partition(",")[0]
    page.wait_for_url(re.compile(f"map={number}(&|$)"))
    expect(page.get_by_text(f"Channel {number} (0–31): mean")).to_have_count(2)


def test_a_dropped_photo_is_looked_at_and_a_bad_one_refused(page: Page, app_url: str) -> None:
    open_inspect(page, app_url)
    page.get_by_role("radio", name="Upload", exact=True).click()
    field = page.locator('[data-testid="stFileUploader"] input[type=file]')
    photo = jpeg_of(gradient(300, 400))
    field.set_input_files(payload("photo <b>.jpg", photo))
    expect(page.get_by_text("What came: photo <b>.jpg")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("Only the middle 300 × 300 of 400 × 300 pixels are used.")).to_be_visible()
    expect(page.get_by_text("unlike the training images")).to_be_visible()
    expect(page.locator(_MAPS)).to_have_count(2)
    page.get_by_role("radio", name="Samples", exact=True).click()
    page.get_by_role("button", name=re.compile("^Face of a striped cat")).click()
    expect(page.get_by_text("Stefan van der Walt")).to_be_visible()
    page.get_by_role("radio", name="Upload", exact=True).click()
    expect(page.get_by_text("What came: photo <b>.jpg")).to_be_visible(timeout=20_000)
    field.set_input_files(payload("second.jpg", photo))
    expect(page.get_by_text("What came: second.jpg")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Remove second")).click()
    expect(page.get_by_text("What came")).to_have_count(0)
    field.set_input_files(payload("x.png", REFUSED["SVG"][0]))
    expect(page.get_by_text("This is an SVG drawing, which is never rendered here")).to_be_visible()


def test_a_pasted_picture_goes_the_same_way(page: Page, app_url: str) -> None:
    open_inspect(page, app_url)
    page.get_by_role("radio", name="Upload", exact=True).click()
    expect(page.get_by_text("paste one with Ctrl+V")).to_be_visible()
    expect(page.locator(".st-key-inspect_upload_refined")).to_be_attached()
    page.wait_for_function(
        """(bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "pasted.jpg", { type: "image/jpeg" }));
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          return !document.dispatchEvent(event);
        }""",
        arg=list(jpeg_of(gradient(60, 60))),
    )
    expect(page.get_by_text("What came: pasted.jpg")).to_be_visible()


def test_the_buttons_of_the_upload_speak_chinese(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/inspect?lang=zh&source=upload")
    word = page.locator('[data-testid="stFileUploaderDropzone"] button p')
    expect(word).to_have_css("font-size", "0px", timeout=60_000)
    page.wait_for_function(
        "(word) => getComputedStyle(document.querySelector(word), '::after').content === '\"上传\"'",
        arg='[data-testid="stFileUploaderDropzone"] button p',
    )
    expect(page.get_by_text("per file")).to_be_hidden()


def test_the_upload_endpoint_itself_lets_no_bad_file_through(page: Page, app_url: str) -> None:
    """Bytes replaced behind the widget's back are judged like any others."""
    open_inspect(page, app_url)
    page.get_by_role("radio", name="Upload", exact=True).click()
    with page.expect_request(re.compile("/_stcore/upload_file/")) as asked:
        field = page.locator('[data-testid="stFileUploader"] input[type=file]')
        field.set_input_files(payload("photo.jpg", jpeg_of(gradient(20, 20))))
    expect(page.get_by_text("What came: photo.jpg")).to_be_visible()
    sent = asked.value
    headers = {
        name: value for name, value in sent.all_headers().items() if "xsrf" in name or name == "origin"
    }
    error = page.locator('[data-testid="stAlertContentError"]')

    def put(content: bytes, language: str) -> None:
        form = {"file": payload("photo.jpg", content)}
        assert page.request.put(sent.url, headers=headers, multipart={**form}).ok
        page.get_by_role(
            "radio", name=language, exact=True
        ).click()  # any full run of the page reads the file anew

    for case in ("SVG", "HTML", "PNG bomb", "truncated JPEG", "ZIP"):
        put(REFUSED[case][0], "简体中文")
        expect(error).to_be_visible()
        put(jpeg_of(gradient(20, 20)), "English")
        expect(error).to_have_count(0)


def test_downloads(page: Page, app_url: str) -> None:
    open_inspect(page, app_url, "?layer=stage2.block1&target=3")

    def saved(name: str) -> Path:
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        return download.value.path()

    assert saved("Overlay, plain (PNG)").read_bytes().startswith(b"\x89PNG")
    figure = ElementTree.parse(saved("Figure (SVG)")).getroot()
    assert len(figure.findall("{http://www.w3.org/2000/svg}image")) == 5
    with np.load(saved("Raw values for NumPy (NPZ)")) as values:
        assert values["plain"].shape == values["residual"].shape == (14, 14)
        assert values["target"] == 3
    with zipfile.ZipFile(io.BytesIO(saved("Program and weights, residual (ZIP)").read_bytes())) as archive:
        assert set(archive.namelist()) == {"map.py", "image.npy", "weights.safetensors"}
        compile(archive.read("map.py"), "map.py", "exec")


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with (
        browser.new_context(viewport={"width": 390, "height": 2600}, locale="zh-CN") as person,
        watched_tab(person) as tab,
    ):
        tab.set_default_timeout(20_000)
        yield tab


@pytest.mark.parametrize("look", ["maps", "layers", "depth"])
def test_chinese_on_a_phone(phone: Page, app_url: str, look: str) -> None:
    phone.goto(f"{app_url}/inspect?look={look}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("观察网络")
    expect(phone.locator('[class*="st-key-role_card_"], .st-key-card_inspect_depth').first).to_be_visible(
        timeout=60_000
    )
    settled(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    beyond = phone.evaluate(
        "[...document.querySelectorAll(':is(.stMain img, .stMain button):not(.in-one-row *)')]"
        ".filter((one) => one.getBoundingClientRect().right > 391).length"
    )
    assert beyond == 0


def test_checkpoints_of_a_race(page: Page, app_url: str) -> None:
    race = start(page, app_url + QUICK)
    expect(page.locator(".st-key-race_headline h3")).to_be_visible(timeout=60_000)
    page.goto(f"{app_url}/inspect?networks={race}&look=time")
    expect(page.get_by_text(re.compile(" after 40 steps: ")).first).to_be_visible(timeout=60_000)
    page.locator(".st-key-inspect_time_plain button").first.click()
    expect(page.get_by_text(re.compile(" after 0 steps: "))).to_have_count(2)
    settled(page)
    page.get_by_role("button", name="Run and checkpoint", exact=True).click()
    page.locator('.st-key-inspect_step-en input[type="range"]').focus()
    page.keyboard.press("Home")
    page.wait_for_url(re.compile("step=0"))
