"""Every kind of image that is accepted, with the pixels it must have and what is said about it."""

import io
import struct
import zipfile

import numpy as np
import pytest
from PIL import Image

from resnet_viz.images.decode import DecodedImage, decode
from resnet_viz.images.messages import CHANGES
from tests.images.files import (
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGBA,
    SIGNATURE,
    Pixels,
    apng,
    chunk,
    exif,
    gradient,
    jpeg_of,
    packed,
    png,
    png_of,
    saved,
    with_segment,
)

_SAYS = {template: code for code, template in CHANGES.items()}
# Which visual sides the stored row 0 and column 0 are (Exif 3.0, tag 0112).
_SIDES = {
    1: ("top", "left"),
    2: ("top", "right"),
    3: ("bottom", "right"),
    4: ("bottom", "left"),
    5: ("left", "top"),
    6: ("right", "top"),
    7: ("right", "bottom"),
    8: ("left", "bottom"),
}


def said(image: DecodedImage) -> list[str]:
    """The codes of what was changed."""
    return [_SAYS[change.template] for change in image.changes]


def grey(values: list[list[int]]) -> Pixels:
    return np.repeat(np.array(values, np.uint8)[..., np.newaxis], 3, axis=2)


def over_white(colour: tuple[int, ...], alpha: int) -> list[int]:
    return [round(value * alpha / 255 + 255 * (255 - alpha) / 255) for value in colour]


def stored_as(visual: Pixels, orientation: int) -> Pixels:
    """How a camera held in ``orientation`` stores what is ``visual`` upright."""
    height, width = visual.shape[:2]
    row_side, column_side = _SIDES[orientation]
    is_turned = row_side in ("left", "right")
    stored = np.empty((width, height, 3) if is_turned else (height, width, 3), np.uint8)
    for i, j in np.ndindex(*stored.shape[:2]):
        across, down = (i, j) if is_turned else (j, i)
        sides = (row_side, column_side)
        x = across if "left" in sides else width - 1 - across
        y = down if "top" in sides else height - 1 - down
        stored[i, j] = visual[y, x]
    return stored


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", _SIDES)
def test_exif_orientation_is_applied_and_said(orientation: int, order: str) -> None:
    stored = stored_as(gradient(), orientation)
    image = decode(png_of(stored, chunk(b"eXIf", exif(orientation, order))))
    assert np.array_equal(image.pixels, gradient())
    assert image.size == (stored.shape[1], stored.shape[0])
    assert said(image) == ([] if orientation == 1 else ["turned_upright"])


def test_orientation_of_jpeg_and_webp() -> None:
    stored = np.zeros((16, 32, 3), np.uint8)
    stored[:, 16:] = 255  # white on the right; turned clockwise it comes to lie below
    block = b"Exif\0\0" + exif(6)
    files = [
        with_segment(jpeg_of(stored), 0xE1, block),
        saved(Image.fromarray(stored), "WEBP", lossless=True, exif=block),
    ]
    for data in files:
        image = decode(data)
        assert image.pixels.shape == (32, 16, 3)
        assert image.pixels[:14].max() < 10
        assert image.pixels[18:].min() > 245
        assert said(image) == ["turned_upright"]


def test_orientation_is_found_behind_other_metadata() -> None:
    """Phones write XMP into a segment of the same kind; editors put theirs before the camera's."""
    stored = np.zeros((16, 32, 3), np.uint8)
    stored[:, 16:] = 255
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"
    with_exif = with_segment(jpeg_of(stored), 0xE1, b"Exif\0\0" + exif(6))
    image = decode(with_segment(with_exif, 0xE1, xmp))
    assert image.pixels.shape == (32, 16, 3)
    assert said(image) == ["turned_upright"]


@pytest.mark.parametrize("name", ["IMG_0001.jpg", "IMG_0001.mpo"])
def test_a_photo_of_a_phone_with_several_pictures_is_its_first(name: str) -> None:
    """MPO (CIPA DC-007): a JPEG, and behind its end the gain map or the other eye's view."""
    second = Image.fromarray(255 - gradient(16, 16))
    options = {"save_all": True, "append_images": [second], "quality": 100, "subsampling": 0}
    data = saved(Image.fromarray(gradient(16, 16)), "MPO", **options)
    assert data.count(b"\xff\xd8\xff") == 2
    image = decode(data, name)
    assert np.abs(image.pixels.astype(int) - gradient(16, 16)).max() <= 6
    assert (image.format, image.size, said(image)) == ("JPEG", (16, 16), [])


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"MM",
        b"MM\0*\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff",
        exif(6)[:30],
        exif(0),
        exif(9),
        exif(65535),
        bytes(range(256)),
        exif(6).replace(b"\x01\x12\0\x03", b"\x01\x12\0\x09"),
    ],
)
def test_malformed_exif_is_ignored(block: bytes) -> None:
    for data in (
        png_of(gradient(), chunk(b"eXIf", block)),
        with_segment(jpeg_of(gradient()), 0xE1, b"Exif\0\0" + block),
    ):
        image = decode(data)
        assert image.pixels.shape == gradient().shape
        assert said(image) == []


def test_orientation_is_found_beside_a_damaged_tag() -> None:
    """The maker's name stands where only numbers may: it cannot be written back, nor has to be."""
    block = exif(6).replace(b"\x01\x0f\0\2", b"\x01\x4e\0\2")
    image = decode(png_of(gradient(), chunk(b"eXIf", block)))
    assert image.pixels.shape == (9, 6, 3)
    assert said(image) == ["turned_upright"]


def test_metadata_is_dropped() -> None:
    """Nothing but pixels comes out, with or without position, comments and appended files."""
    plain = jpeg_of(gradient())
    full = with_segment(with_segment(plain, 0xE1, b"Exif\0\0" + exif(1)), 0xFE, b"my home")
    image = decode(full)
    assert np.array_equal(image.pixels, decode(plain).pixels)
    assert b"my home" not in repr(image).encode() + image.pixels.tobytes()


def test_16_bit_grey_is_scaled_not_clipped() -> None:
    values = np.array([[0, 127, 128, 129, 255, 256, 257], [1000, 32767, 32768, 40000, 65278, 65500, 65535]])
    image = decode(png([row.astype(">u2").tobytes() for row in values], 7, 16, GREY))
    expected = np.round(values / 257).astype(int)
    assert np.array_equal(image.pixels, grey(expected.tolist()))
    assert said(image) == ["deep_scaled"]


def test_16_bit_grey_with_a_transparent_value() -> None:
    row = np.array([0, 300, 65535], ">u2").tobytes()
    image = decode(png([row], 3, 16, GREY, chunk(b"tRNS", b"\x01\x2c")))
    assert image.pixels[0, :, 0].tolist() == [0, 255, 255]
    assert said(image) == ["deep_scaled", "transparency_filled"]


@pytest.mark.parametrize(("colour", "channels"), [(RGB, 3), (RGBA, 4), (GREY_ALPHA, 2)])
def test_16_bit_colour_is_scaled(colour: int, channels: int) -> None:
    values = np.random.default_rng(1).integers(0, 65536, (5, 4, channels))
    if channels != 3:
        values[..., -1] = 65535
    image = decode(png([row.astype(">u2").tobytes() for row in values], 4, 16, colour))
    expected = np.broadcast_to(values[..., : channels - (channels != 3)] / 257, (5, 4, 3))
    assert np.abs(image.pixels - expected).max() <= 1
    assert said(image) == ["deep_scaled"]


def test_few_bits_of_grey() -> None:
    bits = decode(png([b"\xa0", b"\x40"], 3, 1, GREY))
    assert np.array_equal(bits.pixels, grey([[255, 0, 255], [0, 255, 0]]))
    assert np.array_equal(decode(png([b"\x1b"], 4, 2, GREY)).pixels, grey([[0, 85, 170, 255]]))
    assert np.array_equal(decode(png([b"\x0f\x30"], 3, 4, GREY)).pixels, grey([[0, 255, 51]]))


def test_interlaced() -> None:
    """Adam7, one pixel and one row at a time (PNG specification, 8.2)."""
    order = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"]
    pixels = gradient(11, 13)
    rows = []
    for step in "1234567":
        for y, line in enumerate(pixels):
            row = b"".join(line[x].tobytes() for x in range(13) if order[y % 8][x % 8] == step)
            if row:
                rows.append(row)
    size = struct.pack(">II", 13, 11) + bytes((8, RGB, 0, 0, 1))
    data = SIGNATURE + chunk(b"IHDR", size) + chunk(b"IDAT", packed(rows)) + chunk(b"IEND", b"")
    assert np.array_equal(decode(data).pixels, pixels)


def test_grey_with_and_without_opacity() -> None:
    values = np.array([[[10], [250]], [[128], [0]]], np.uint8)
    assert np.array_equal(decode(png_of(values)).pixels, np.repeat(values, 3, axis=2))
    half = np.dstack((values, np.full((2, 2, 1), 128, np.uint8)))
    image = decode(png_of(half))
    expected = np.array([[over_white((v,) * 3, 128) for v in row] for row in ((10, 250), (128, 0))])
    assert np.abs(image.pixels - expected).max() <= 1
    assert said(image) == ["transparency_filled"]
    assert "white" in str(image.changes[0])


def test_palette_of_any_depth() -> None:
    colours = [(255, 0, 0), (0, 200, 0), (1, 2, 3), (250, 240, 10)]
    palette = chunk(b"PLTE", bytes(sum(colours, ())))
    assert decode(png([b"\x40"], 2, 1, PALETTE, palette)).pixels.tolist() == [[list(c) for c in colours[:2]]]
    assert decode(png([b"\x1b"], 4, 2, PALETTE, palette)).pixels.tolist() == [[list(c) for c in colours]]
    rows = [b"\3\2\1\0"]
    assert decode(png(rows, 4, 8, PALETTE, palette)).pixels.tolist() == [[list(c) for c in colours[::-1]]]


def test_palette_with_transparency_is_laid_over_white() -> None:
    colours = [(255, 0, 0), (0, 200, 0), (1, 2, 3)]
    extra = chunk(b"PLTE", bytes(sum(colours, ()))) + chunk(b"tRNS", b"\x00\x80")
    image = decode(png([b"\0\1\2"], 3, 8, PALETTE, extra))
    expected = [over_white(c, a) for c, a in zip(colours, (0, 128, 255), strict=True)]
    assert np.abs(image.pixels[0].astype(int) - expected).max() <= 1
    assert said(image) == ["transparency_filled"]
    assert image.warnings == ()


def test_rgb_with_a_transparent_colour() -> None:
    image = decode(png([bytes((9, 8, 7, 1, 1, 1))], 2, 8, RGB, chunk(b"tRNS", b"\0\x09\0\x08\0\x07")))
    assert image.pixels.tolist() == [[[255, 255, 255], [1, 1, 1]]]


def test_rgba() -> None:
    pixels = np.dstack((gradient(), np.full((6, 9, 1), 255, np.uint8)))
    opaque = decode(png_of(pixels))
    assert np.array_equal(opaque.pixels, gradient())
    assert said(opaque) == []
    pixels[..., 3] = np.arange(54).reshape(6, 9) * 4
    image = decode(png_of(pixels))
    alpha = pixels[..., 3:] / 255
    assert np.abs(image.pixels - (gradient() * alpha + 255 * (1 - alpha))).max() <= 1
    webp = decode(saved(Image.fromarray(pixels), "WEBP", lossless=True, exact=True))
    assert np.abs(webp.pixels - image.pixels.astype(int)).max() <= 1


def test_fully_transparent_warns() -> None:
    image = decode(png_of(np.dstack((gradient(), np.zeros((6, 9, 1), np.uint8)))))
    assert (image.pixels == 255).all()
    assert [_SAYS[warning.template] for warning in image.warnings] == ["fully_transparent"]


def _cmyk(colour: tuple[int, int, int, int]) -> bytes:
    return saved(Image.new("CMYK", (16, 16), colour), "JPEG", quality=100)


def test_cmyk_of_adobe_is_stored_inverted() -> None:
    inks = {(255, 0, 0, 0): (0, 255, 255), (0, 0, 255, 0): (255, 255, 0), (0, 0, 0, 255): (0, 0, 0)}
    for ink, rgb in inks.items():
        image = decode(_cmyk(ink))
        assert np.abs(image.pixels.astype(int) - rgb).max() <= 4
        assert said(image) == ["cmyk_converted"]


def test_ycck_of_adobe() -> None:
    # Stored Y, Cb, Cr of pure red stand for inverted inks: cyan.
    data = _cmyk((255 - 76, 255 - 85, 255 - 255, 255 - 255))
    start = data.index(b"Adobe")
    assert data[start + 11] == 0
    image = decode(data[: start + 11] + b"\2" + data[start + 12 :])
    assert np.abs(image.pixels.astype(int) - (0, 255, 255)).max() <= 6


def test_cmyk_without_adobes_marker_is_stored_as_it_is() -> None:
    data = _cmyk((0, 255, 255, 255))  # the inverse of cyan: what a plain file stores for cyan
    start = data.index(b"\xff\xeeAdobe"[:2])
    assert data[start + 4 : start + 9] == b"Adobe"
    image = decode(data[:start] + data[start + 16 :])
    assert np.abs(image.pixels.astype(int) - (0, 255, 255)).max() <= 4


def test_jpeg_is_right_within_its_loss() -> None:
    y, x = np.mgrid[0:64, 0:96]
    smooth = np.stack((x * 2, y * 3, 255 - x), axis=2).astype(np.uint8)
    for options in ({}, {"progressive": True}, {"quality": 95, "subsampling": 2}):
        image = decode(jpeg_of(smooth, **options))
        assert np.abs(image.pixels.astype(int) - smooth).mean() < 2
        assert (image.format, image.size, said(image)) == ("JPEG", (96, 64), [])
    one = decode(saved(Image.fromarray(smooth[..., 0].copy()), "JPEG", quality=100))
    assert np.abs(one.pixels - smooth[..., :1].astype(int)).max() <= 2


def test_first_frame_of_an_animation() -> None:
    frames = [gradient(), 255 - gradient(), np.zeros_like(gradient())]
    pictures = [Image.fromarray(frame) for frame in frames]
    animated = saved(pictures[0], "WEBP", save_all=True, append_images=pictures[1:], lossless=True)
    for data in (apng(frames), animated):
        image = decode(data)
        assert np.array_equal(image.pixels, frames[0])
        assert said(image) == ["first_frame"]
        assert "3" in str(image.changes[0])


def test_smallest_narrowest_and_plainest() -> None:
    assert decode(png_of(np.full((1, 1, 3), 7, np.uint8))).pixels.tolist() == [[[7, 7, 7]]]
    assert decode(png_of(np.zeros((1, 8192, 3), np.uint8))).pixels.shape == (1, 8192, 3)
    assert decode(png_of(np.zeros((8192, 1, 3), np.uint8))).pixels.shape == (8192, 1, 3)
    assert (decode(png_of(np.full((50, 50, 3), 99, np.uint8))).pixels == 99).all()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("photo.jpg", True),
        ("photo.gif", True),
        ("photo.HTML", True),
        ("photo.PNG", False),
        ("photo", False),
        ("", False),
        ("../../photo.png", False),
        ("C:\\x\0.png", False),
        ("фото 📷.png", False),
        ("صورة\u202e.png", False),
        ("n" * 300 + ".png", False),
        ("a.<b>", False),
    ],
)
def test_bytes_decide_not_the_name(name: str, says: bool) -> None:
    first, again = decode(png_of(gradient()), name), decode(png_of(gradient()), name)
    assert np.array_equal(first.pixels, gradient())
    assert np.array_equal(again.pixels, gradient())
    assert first.format == "PNG"
    assert said(first) == (["misnamed"] if says else [])


def test_polyglot_gives_its_pixels_only() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("run.sh", "#!/bin/sh")
    for data in (jpeg_of(gradient()), png_of(gradient())):
        plain, both = decode(data), decode(data + archive.getvalue())
        assert np.array_equal(plain.pixels, both.pixels)
