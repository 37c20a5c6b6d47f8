"""What happens to uploaded bytes: the whole list of bad files, names that are no paths, large photos."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.errors import ImageRefused
from resnet_viz.images.names import display_name, markup_name
from resnet_viz.ui.inspect_upload import LONGEST_PX, take_in
from tests.images.files import gradient, jpeg_of, png_of
from tests.images.test_refused import REFUSED

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
            take_in(REFUSED[case][0], "photo.png")
        assert str(refusal.value).endswith(".")
        return refusal.value.code

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(REFUSED, pool.map(code_of, REFUSED), strict=True))
    assert found == {case: code for case, (_data, code) in REFUSED.items()}


@pytest.mark.parametrize("name", _NAMES)
def test_names_are_shown_and_nothing_else(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    taken = take_in(png_of(gradient()), name)
    assert (taken.image.pixels == gradient()).all()
    assert list(tmp_path.iterdir()) == []
    assert "/" not in display_name(name)
    assert "<" not in markup_name(name)
    assert "](" not in markup_name(name)


def test_the_same_bytes_have_the_same_digest_whatever_their_name() -> None:
    data = png_of(gradient())
    assert take_in(data, "a.png").digest == take_in(data, "b.png").digest


def test_large_photos_are_reduced_before_they_reach_the_server() -> None:
    photo = np.zeros((3000, 4000, 3), np.uint8)
    taken = take_in(jpeg_of(photo, quality=50), "photo.jpg")
    assert max(taken.image.pixels.shape) == LONGEST_PX
    assert taken.image.size == (4000, 3000)
