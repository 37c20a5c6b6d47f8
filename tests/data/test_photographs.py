"""The photographs that come with the app: small, without metadata, credited, and far from clothes."""

import pytest
from PIL import Image

from resnet_viz.data.load import load
from resnet_viz.data.photographs import FOLDER, PHOTOGRAPHS, Photograph
from resnet_viz.images.decode import decode, prepare
from resnet_viz.probes.novelty import Appearance, novelty
from resnet_viz.specs import DataSpec

EACH = pytest.mark.parametrize("photograph", PHOTOGRAPHS.values(), ids=list(PHOTOGRAPHS))


@EACH
def test_small_and_without_metadata(photograph: Photograph) -> None:
    assert photograph.path.stat().st_size <= 60_000
    with Image.open(photograph.path) as picture:
        assert max(picture.size) <= 512
        assert not picture.getexif()
        assert set(picture.info) <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
    assert decode(photograph.path.read_bytes(), photograph.path.name).changes == ()


@EACH
def test_credited_where_the_files_are_and_in_the_readme(photograph: Photograph) -> None:
    rows = (FOLDER / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if f"`{photograph.path.name}`" in row]
    author = photograph.author.partition(",")[0]
    assert author in row
    assert photograph.licence in row
    assert author in (FOLDER.parents[1] / "README.md").read_text(encoding="utf-8")


def test_every_file_is_known() -> None:
    assert {path.stem for path in FOLDER.glob("*.jpg")} == set(PHOTOGRAPHS)


def test_far_from_clothes() -> None:
    """As the bundled networks see them, each is beyond the threshold that was measured on training images."""
    training = Appearance.of(load(DataSpec(resolution_px=28), FOLDER).train_images.numpy())
    for photograph in PHOTOGRAPHS.values():
        seen = prepare(decode(photograph.path.read_bytes()), 1, 28).pixels
        assert novelty(seen, training).is_far, photograph.name
