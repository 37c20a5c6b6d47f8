"""Colours come out as their makers meant them: profiles and gamma are applied, whatever they are called."""

import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from resnet_viz.images.decode import decode
from tests.images.files import (
    GREY,
    Pixels,
    chunk,
    gradient,
    icc_of_swapped_colours,
    jpeg_of,
    linear_icc,
    png,
    png_of,
    saved,
    srgb_icc,
)
from tests.images.test_accepted import said

LINEAR_GREY = 55
"""Stored, it is 21.6 % of the light of white: sRGB's middle grey, 128 (IEC 61966-2-1)."""
NAMES = ["GIMP built-in Linear sRGB", "sRGB IEC61966-2.1", "My scanner"]


def plain(value: int, side: int = 16) -> Pixels:
    return np.full((side, side, 3), value, np.uint8)


def test_profile_is_converted() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]]], np.uint8)
    expected = np.array([[0, 255, 0], [255, 0, 0], [0, 0, 255], [128, 128, 128]])
    profile = icc_of_swapped_colours()
    for data in (
        saved(Image.fromarray(pixels), "PNG", icc_profile=profile),
        saved(Image.fromarray(pixels), "WEBP", lossless=True, icc_profile=profile),
    ):
        image = decode(data)
        assert np.abs(image.pixels[0] - expected).max() <= 3
        assert said(image) == ["profile_converted"]
    blocks = np.repeat(np.repeat(pixels[:, :1], 16, axis=0), 16, axis=1)
    assert np.abs(decode(jpeg_of(blocks, icc_profile=profile)).pixels - expected[0]).max() <= 4


def test_profile_keeps_transparency() -> None:
    pixels = np.array([[[255, 0, 0, 255], [255, 0, 0, 0]]], np.uint8)
    image = decode(saved(Image.fromarray(pixels), "PNG", icc_profile=icc_of_swapped_colours()))
    assert np.abs(image.pixels[0].astype(int) - [[0, 255, 0], [255, 255, 255]]).max() <= 3


def test_own_profile_of_srgb_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = decode(saved(Image.fromarray(gradient()), "PNG", icc_profile=profile))
    assert np.array_equal(image.pixels, gradient())
    assert said(image) == []


@pytest.mark.parametrize("profile", [b"nonsense", icc_of_swapped_colours()[:200], bytes(500)])
def test_bad_profile_is_ignored_and_said(profile: bytes) -> None:
    image = decode(saved(Image.fromarray(gradient()), "PNG", icc_profile=profile))
    assert np.array_equal(image.pixels, gradient())
    assert said(image) == ["profile_ignored"]


@pytest.mark.parametrize("name", NAMES)
def test_a_linear_profile_is_converted_whatever_it_is_called(name: str) -> None:
    picture, profile = Image.fromarray(plain(LINEAR_GREY)), linear_icc(name)
    for data, most in (
        (saved(picture, "PNG", icc_profile=profile), 1),
        (saved(picture, "WEBP", lossless=True, icc_profile=profile), 1),
        (jpeg_of(plain(LINEAR_GREY), icc_profile=profile), 2),
    ):
        image = decode(data)
        assert np.abs(image.pixels.astype(int) - 128).max() <= most
        assert said(image) == ["profile_converted"]


@pytest.mark.parametrize("name", NAMES)
def test_srgb_changes_nothing_whatever_it_is_called(name: str) -> None:
    image = decode(saved(Image.fromarray(gradient()), "PNG", icc_profile=srgb_icc(name)))
    assert np.array_equal(image.pixels, gradient())
    assert said(image) == []


def test_a_grey_picture_may_have_a_profile_of_colours() -> None:
    grey = Image.fromarray(plain(LINEAR_GREY)[..., 0].copy())
    linear = decode(saved(grey, "PNG", icc_profile=linear_icc("Linear")))
    assert np.abs(linear.pixels.astype(int) - 128).max() <= 1
    assert said(linear) == ["profile_converted"]
    srgb = decode(saved(grey, "PNG", icc_profile=srgb_icc("sRGB")))
    assert (srgb.pixels == LINEAR_GREY).all()
    assert said(srgb) == []


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def test_gamma_without_a_profile_is_applied() -> None:
    """As browsers do; 100,000 stands for values proportional to light."""
    image = decode(png_of(plain(LINEAR_GREY), gamma(100_000)))
    assert np.abs(image.pixels.astype(int) - 128).max() <= 1
    assert said(image) == ["gamma_converted"]
    grey = decode(png([bytes([0, LINEAR_GREY, 255])], 3, 8, GREY, gamma(100_000)))
    assert np.abs(grey.pixels[0].astype(int) - [[0], [128], [255]]).max() <= 1
    # Values that an old Macintosh stored, light to the power of 1/1.8: 128 is 28.9 % of the light of white.
    assert np.abs(decode(png_of(plain(128), gamma(55_556))).pixels.astype(int) - 147).max() <= 1


@pytest.mark.parametrize(
    "before",
    [
        gamma(45_455),
        gamma(45_000),
        gamma(0),
        gamma(1),
        gamma(2**32 - 1),
        gamma(100_000) + chunk(b"sRGB", b"\0"),
    ],
)
def test_gamma_counts_only_where_it_says_something_and_nothing_better_does(before: bytes) -> None:
    image = decode(png_of(gradient(), before))
    assert np.array_equal(image.pixels, gradient())
    assert said(image) == []


def test_a_profile_counts_before_gamma() -> None:
    image = decode(saved(Image.fromarray(plain(LINEAR_GREY)), "PNG", icc_profile=linear_icc("sRGB")))
    data = saved(Image.fromarray(plain(LINEAR_GREY)), "PNG", icc_profile=linear_icc("sRGB"))
    both = decode(data[:33] + gamma(200_000) + data[33:])
    assert np.array_equal(both.pixels, image.pixels)
    assert said(both) == ["profile_converted"]


def test_gamma_keeps_transparency() -> None:
    pixels = np.array([[[LINEAR_GREY] * 3 + [255], [LINEAR_GREY] * 3 + [0]]], np.uint8)
    image = decode(png_of(pixels, gamma(100_000)))
    assert np.abs(image.pixels[0].astype(int) - [[128] * 3, [255] * 3]).max() <= 1
