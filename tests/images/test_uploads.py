"""What happens to uploaded bytes: the whole list of bad files, names that are no paths, large photos."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.errors import ImageRefused
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.names import display_name, markup_name
from resnet_viz.images.safely import decode_safely
from tests.images.files import gradient, jpeg_of, png_of
from tests.images.test_refused import REFUSED

WANTED = Wanted(1, 28, 28)
_NAMES = (
    "../../x.png",
    "C:\\x.png",
    "a\0b.png",
    "a:b.png",
    "<img src=x onerror=alert(1)>.png",
    "[link](http://example.org).png",
    "照片 📷.png",
    "\u202egnp.exe",
    "n" * 300 + ".png",
)


def test_every_bad_file_is_refused_with_its_code() -> None:
    """Posted straight to where the page takes bytes in, under a name that promises an image."""

    def code_of(case: str) -> str:
        with pytest.raises(ImageRefused) as refusal:
            decode_safely(REFUSED[case][0], "photo.png", WANTED)
        assert str(refusal.value).endswith(".")
        return refusal.value.code

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(REFUSED, pool.map(code_of, REFUSED), strict=True))
    assert found == {case: code for case, (_data, code) in REFUSED.items()}


@pytest.mark.parametrize("name", _NAMES)
def test_names_are_shown_and_nothing_else(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    taken = decode_safely(png_of(gradient()), name, WANTED)
    assert (taken.image.pixels == gradient()).all()
    assert list(tmp_path.iterdir()) == []
    assert "/" not in display_name(name)
    assert "<" not in markup_name(name)
    assert "](" not in markup_name(name)


def test_a_large_photo_is_shown_small_and_asked_about_whole() -> None:
    photo = np.zeros((3000, 4000, 3), np.uint8)
    taken = decode_safely(jpeg_of(photo, quality=50), "photo.jpg", WANTED)
    assert taken.image.pixels.shape == (480, 640, 3)
    assert taken.image.size == (4000, 3000)
    assert [str(change) for change in taken.prepared.changes] == [
        "Only the middle 3000 × 3000 of 4000 × 3000 pixels are used.",
        "Reduced from 3000 × 3000 to 28 × 28 pixels.",
    ]
