"""Maps in colours and over images, against torch's upsampling and values worked out by hand."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz.pictures.colours import coloured, css_gradient, largest, strength
from resnet_viz.pictures.overlay import bilinear, grid, overlay, overlay_png, png, shown

_MAP = np.random.default_rng(3).normal(size=(4, 7)).astype(np.float32)
_IMAGE = np.random.default_rng(4).integers(0, 256, (1, 28, 28), dtype=np.uint8)


def test_enlarging_is_that_of_torch() -> None:
    wanted = torch.nn.functional.interpolate(
        torch.tensor(_MAP)[None, None], size=(20, 35), mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(bilinear(_MAP, 20, 35), wanted[0, 0].numpy(), atol=1e-5)


def test_pixels_become_blocks_of_their_own_colour() -> None:
    grey = np.array([[[0, 100], [200, 255]]], np.uint8)
    picture = shown(grey, 4)
    assert picture.shape == (4, 4, 3)
    assert (picture[:2, 2:] == 100).all()
    colours = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    assert shown(colours, 2)[1, 0].tolist() == [2, 6, 10]


def test_places_without_a_value_stay_as_they_are() -> None:
    nothing = np.zeros((4, 4), np.float32)
    for signed in (False, True):
        assert (overlay(_IMAGE, nothing, 1.0, signed=signed) == shown(_IMAGE)).all()
        assert (overlay(_IMAGE, nothing, 0.0, signed=signed) == shown(_IMAGE)).all()
    against = np.full((4, 4), -1.0, np.float32)
    assert (overlay(_IMAGE, against, 1.0, signed=False) == shown(_IMAGE)).all()
    assert (overlay(_IMAGE, against, 1.0, signed=True) != shown(_IMAGE)).any()


def test_opacity_goes_from_the_image_to_the_colour() -> None:
    full = np.ones((2, 2), np.float32)
    assert (overlay(_IMAGE, full, 1.0, signed=False, opacity=0) == shown(_IMAGE)).all()
    covered = overlay(_IMAGE, full, 1.0, signed=False, opacity=1)
    assert (covered == coloured(full, 1.0, signed=False)[0, 0]).all()


@pytest.mark.parametrize(
    ("signed", "limit", "shares"), [(False, 2.0, [0, 0, 0.5, 1]), (True, 4.0, [-1, 0, 0.25, 1])]
)
def test_strength_is_a_share_of_the_limit(signed: bool, limit: float, shares: list[float]) -> None:
    values = np.array([-5, 0, 1, 6], np.float32)
    assert strength(values, limit, signed=signed).tolist() == shares


def test_the_limit_is_the_strongest_value() -> None:
    values = [[-3.0, 2.0]]
    assert largest(values, signed=True) == 3
    assert largest(values, signed=False) == 2
    assert largest([[-3.0, -1.0]], signed=False) == 0


def test_signs_have_colours_of_their_own() -> None:
    purple, white, green = coloured(np.array([[-1, 0, 1]], np.float32), 1.0, signed=True)[0].astype(int)
    assert purple[1] < purple[0] < purple[2]
    assert white.min() > 240
    assert green[1] > max(green[0], green[2])
    assert css_gradient(signed=True).startswith("linear-gradient(90deg, rgb(64, 0, 75)")


def test_files_hold_the_picture() -> None:
    picture = grid(_MAP, 1.0, signed=True, side_px=14)
    assert picture.shape == (8, 14, 3)
    with Image.open(io.BytesIO(png(picture))) as read:
        assert (np.asarray(read) == picture).all()
    with Image.open(io.BytesIO(overlay_png(_IMAGE, _MAP.tolist()))) as read:
        assert read.size == (336, 336)
