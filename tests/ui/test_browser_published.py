"""Published networks and own files in a real browser: downloaded, cancelled, put there by hand, imported."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from resnet_viz.networks.torchvision_catalogue import ZooEntry
from tests.data.server import FileServer, Slow, serving
from tests.ui.conftest import running_app, watched_tab
from tests.ui.stand_in import python_path, untrained_weights

_MAPS = '[class*="st-key-role_card_"][class*="_map"] img'
_RESNET = "?networks=torchvision&left=resnet18&right=none"


@pytest.fixture(scope="module")
def entry_and_weights() -> tuple[ZooEntry, bytes]:
    return untrained_weights("resnet18")


@pytest.fixture(scope="module")
def mirror(entry_and_weights: tuple[ZooEntry, bytes]) -> Iterator[FileServer]:
    entry, content = entry_and_weights
    with serving() as state:
        state.files[f"/torchvision/{entry.file}"] = content
        yield state


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("published-home")


@pytest.fixture(scope="module")
def address(
    home: Path,
    mirror: FileServer,
    entry_and_weights: tuple[ZooEntry, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """A server that downloads from this machine."""
    listed = python_path(tmp_path_factory.mktemp("listed"), entry_and_weights[0])
    variables = {
        "PYTHONPATH": listed,
        "RESNET_VIZ_DATA_MIRROR": mirror.address,
        "no_proxy": "127.0.0.1,localhost",
    }
    with running_app(home, **variables) as found:
        yield found


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).click()


def test_offline_is_said_with_what_to_do_and_a_file_put_there_is_found(
    page: Page, address: str, home: Path, mirror: FileServer, entry_and_weights: tuple[ZooEntry, bytes]
) -> None:
    entry, content = entry_and_weights
    hidden = dict(mirror.files)
    mirror.files.clear()
    place = home / "data" / "torchvision" / entry.file
    try:
        page.goto(f"{address}/inspect{_RESNET}")
        page.get_by_role("button", name="Download 46 MB", exact=True).click()
        expect(page.get_by_text("not at the address in RESNET_VIZ_DATA_MIRROR")).to_be_visible(timeout=60_000)
        expect(page.get_by_role("button", name="Try again", exact=True)).to_be_visible()
        expect(page.get_by_text(f"https://download.pytorch.org/models/{entry.file}")).to_be_visible()
        expect(page.get_by_text(str(place.parent), exact=True)).to_be_visible()
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        page.get_by_role("button", name="Look again", exact=True).click()
        expect(page.locator(_MAPS)).to_have_count(1, timeout=60_000)
        expect(page.get_by_text("ResNet-18: depth 18, 69.8% of ImageNet's validation images")).to_be_visible()
    finally:
        mirror.files.update(hidden)
        place.unlink(missing_ok=True)


def test_a_download_is_chosen_watched_cancelled_and_gone_on_with(
    page: Page, address: str, mirror: FileServer
) -> None:
    page.goto(f"{address}/inspect")
    choose(page, "Networks", "Published networks, ImageNet")
    choose(page, "First network", "ResNet-18")
    page.wait_for_url(re.compile("networks=torchvision.*left=resnet18"))
    choose(page, "Second network", "None: look at one alone")
    goes_on = Event()
    mirror.faults.extend([Slow(goes_on, after_bytes=20_000_000)])
    page.get_by_role("button", name="Download 46 MB", exact=True).click()
    expect(page.get_by_text(re.compile(r"^\d+ of 46 MB · .* MB/s · less than"))).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Cancel", exact=True).click()
    expect(page.get_by_text("are here already; the download continues from there.")).to_be_visible()
    goes_on.set()
    page.get_by_role("button", name=re.compile("^Download \\d")).click()
    expect(page.locator(_MAPS)).to_have_count(1, timeout=60_000)
    page.get_by_role("button", name="Map settings", exact=True).click()
    page.get_by_role("combobox", name="Class to explain", exact=True).fill("crane bi")
    page.get_by_role("option", name="crane bird", exact=True).click()
    page.wait_for_url(re.compile("target=134"))
    expect(page.get_by_text(re.compile("^Grad-CAM for crane bird"))).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Program, ResNet-18 (ZIP)", exact=True).click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert set(archive.namelist()) == {"map.py", "image.npy"}
        assert 'get_model("resnet18"' in archive.read("map.py").decode()
    link = page.url
    page.reload()
    expect(page.locator(_MAPS)).to_have_count(1, timeout=60_000)
    assert page.url == link


def test_an_imported_file_is_chosen_and_stays_in_the_link(
    context: BrowserContext, page: Page, address: str
) -> None:
    bundled = Path(__file__).parents[2] / "assets" / "models" / "residual.safetensors"
    page.goto(f"{address}/inspect?networks=bundled")
    expect(page.locator(_MAPS)).to_have_count(2, timeout=60_000)
    page.get_by_role("button", name="Model file", exact=True).click()
    field = page.locator('.st-key-inspect_import_file input[type="file"]')
    field.set_input_files({"name": "x.safetensors", "mimeType": "", "buffer": b"PK\x03\x04" + bytes(100)})
    expect(page.get_by_text("Export the weights as safetensors")).to_be_visible()
    field.set_input_files({"name": "mine.safetensors", "mimeType": "", "buffer": bundled.read_bytes()})
    expect(page.locator(_MAPS)).to_have_count(1, timeout=60_000)
    expect(page.get_by_role("combobox", name="Networks", exact=True)).to_have_value(
        re.compile("^mine.safetensors · ")
    )
    page.wait_for_url(re.compile(r"networks=(?!bundled)\w+"))
    with watched_tab(context) as other:
        other.goto(page.url)
        expect(other.locator(_MAPS)).to_have_count(1, timeout=60_000)
        expect(other.get_by_role("combobox", name="Networks", exact=True)).to_have_value(
            re.compile("^mine.safetensors")
        )
