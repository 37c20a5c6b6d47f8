"""What the network sees of an image, and what is said about it."""

import numpy as np
import pytest

from resnet_viz.images.decode import DecodedImage, prepare
from resnet_viz.images.fitting import Fit
from tests.images.files import Pixels, gradient


def image(pixels: Pixels) -> DecodedImage:
    return DecodedImage(pixels, "PNG", (pixels.shape[1], pixels.shape[0]))


def said(pixels: Pixels, channels: int, px: int, how: Fit = "crop") -> str:
    return " ".join(str(change) for change in prepare(image(pixels), channels, px, how).changes)


def test_the_right_size_passes_untouched() -> None:
    pixels = gradient(28, 28)
    prepared = prepare(image(pixels), 3, 28)
    assert np.array_equal(prepared.pixels, pixels.transpose(2, 0, 1))
    assert prepared.pixels.flags.c_contiguous
    assert prepared.pixels.dtype == np.uint8
    assert prepared.changes == ()


def test_grey_is_luma() -> None:
    colours = np.array([[(255, 0, 0), (0, 255, 0)], [(0, 0, 255), (10, 200, 30)]], np.uint8)
    prepared = prepare(image(colours), 1, 2)
    luma = colours @ np.array([0.299, 0.587, 0.114])
    assert prepared.pixels.shape == (1, 2, 2)
    assert np.abs(prepared.pixels[0] - luma).max() <= 1
    assert [str(change) for change in prepared.changes] == ["Colours were turned into grey."]
    grey = np.repeat(colours[..., :1], 3, axis=2)
    assert np.array_equal(prepare(image(grey), 1, 2).pixels[0], grey[..., 0])
    assert said(grey, 1, 2) == ""


@pytest.mark.parametrize("turned", [False, True])
def test_crop_takes_the_middle(turned: bool) -> None:
    pixels = np.zeros((20, 60, 3), np.uint8)
    pixels[:, 20:40] = 200
    pixels = pixels.transpose(1, 0, 2).copy() if turned else pixels
    assert (prepare(image(pixels), 3, 20).pixels == 200).all()
    assert said(pixels, 3, 20).startswith("Only the middle 20 × 20")


@pytest.mark.parametrize("turned", [False, True])
def test_letterbox_keeps_all_and_adds_black(turned: bool) -> None:
    pixels = np.full((20, 60, 3), 200, np.uint8)
    pixels = pixels.transpose(1, 0, 2).copy() if turned else pixels
    seen = prepare(image(pixels), 3, 60, "letterbox").pixels
    seen = seen.transpose(0, 2, 1) if turned else seen
    assert (seen[:, 20:40] == 200).all()
    assert not seen[:, :20].any()
    assert not seen[:, 40:].any()
    assert "Black bars" in said(pixels, 3, 60, "letterbox")


def test_reducing_averages_instead_of_picking() -> None:
    """A fine chequerboard turns grey; picking pixels would give black, white or false stripes."""
    board = np.indices((112, 112)).sum(0) % 2 * 255
    pixels = np.repeat(board[..., np.newaxis], 3, axis=2).astype(np.uint8)
    for px in (28, 23):
        seen = prepare(image(pixels), 1, px).pixels
        assert np.abs(seen[0, 1:-1, 1:-1].astype(int) - 127).max() <= 8
    assert said(pixels, 1, 28) == "Reduced from 112 × 112 to 28 × 28 pixels."


def test_reducing_by_a_triangle_filter() -> None:
    """By definition: weights falling linearly over two output pixels, normalised at the borders."""
    signal = np.random.default_rng(2).integers(0, 256, 60)
    pixels = np.broadcast_to(signal[np.newaxis, :, np.newaxis], (60, 60, 3)).astype(np.uint8)
    factor = 60 / 12
    centres, places = (np.arange(12) + 0.5) * factor, np.arange(60) + 0.5
    weights = np.maximum(0, 1 - np.abs(places - centres[:, np.newaxis]) / factor)
    expected = (weights / weights.sum(1, keepdims=True)) @ signal
    seen = prepare(image(pixels), 3, 12).pixels
    assert np.abs(seen[0] - expected).max() <= 1.01


@pytest.mark.parametrize("how", ["crop", "letterbox"])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("shape", [(1, 1), (1, 8192), (8192, 1), (2, 3), (300, 299)])
def test_any_shape(shape: tuple[int, int], channels: int, how: Fit) -> None:
    pixels = np.full((*shape, 3), 99, np.uint8)
    prepared = prepare(image(pixels), channels, 28, how)
    assert prepared.pixels.shape == (channels, 28, 28)
    assert set(np.unique(prepared.pixels)) <= {0, 99}
    assert (prepared.pixels == 99).any()


def test_enlarging_is_said() -> None:
    assert said(np.full((1, 1, 3), 5, np.uint8), 3, 28).startswith("Enlarged from 1 × 1 to 28 × 28")


@pytest.mark.parametrize(("channels", "px"), [(2, 28), (4, 28), (0, 28), (3, 0)])
def test_impossible_networks(channels: int, px: int) -> None:
    with pytest.raises(ValueError, match="channels"):
        prepare(image(gradient()), channels, px)
