"""Every kind of file that is turned away, with its code and one sentence."""

import io
import struct
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import ImageRefused
from resnet_viz.images.decode import decode
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.safely import decode_safely
from resnet_viz.locale import set_language
from tests.images.files import (
    GREY,
    SIGNATURE,
    chunk,
    gradient,
    header,
    jpeg_of,
    packed,
    png_of,
    riff,
    saved,
    webp_canvas,
    with_segment,
)

_PNG = png_of(gradient())
_NOISE = np.random.default_rng(5).integers(0, 256, (64, 64, 3), dtype=np.uint8)
_JPEG = jpeg_of(_NOISE)
_WEBP = saved(Image.fromarray(_NOISE), "WEBP")
_GREY, _COLOUR = Image.new("L", (16, 16)), Image.new("RGB", (16, 16))
_END = chunk(b"IEND", b"")


def frames_of(file_format: str, count: int) -> bytes:
    frames = [Image.new("L", (4, 4), value % 256) for value in range(count)]
    return saved(frames[0], file_format, save_all=True, append_images=frames[1:])


def huge_png(width: int, height: int) -> bytes:
    """A one-bit image of zeros that is small as a file and real to its last row."""
    squeezer = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    rows = b"".join(squeezer.compress(row * 100) for _ in range(height // 100)) + squeezer.flush()
    return SIGNATURE + header(width, height, 1, GREY) + chunk(b"IDAT", rows) + _END


def jpeg_sized(width: int, height: int, marker: int = 0xC0, precision: int = 8, channels: int = 3) -> bytes:
    start = _JPEG.index(b"\xff\xc0")
    frame = struct.pack(">BHHB", precision, height, width, channels)
    return _JPEG[:start] + bytes((0xFF, marker)) + _JPEG[start + 2 : start + 4] + frame + _JPEG[start + 10 :]


def many_scans(count: int) -> bytes:
    scan = _JPEG.index(b"\xff\xda")
    return _JPEG[:scan] + _JPEG[scan:-2] * count + _JPEG[-2:]


def iso_file(brand: bytes, *others: bytes) -> bytes:
    body = b"ftyp" + brand + bytes(4) + b"".join(others)
    return struct.pack(">I", len(body) + 4) + body + bytes(100)


def zipped() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.png", _PNG)
    return target.getvalue()


_BOMB_TEXT = b"key\0\0" + zlib.compress(bytes(50 * 2**20), 9)
_BOMB_ITXT = b"key\0\1\0en\0key\0" + zlib.compress(bytes(3 * 2**20), 9)
_ROWS = packed([bytes(range(k, k + 9)) for k in range(4)])
_MILLION = zlib.compress(bytes(2**20 - 10), 9)

REFUSED = {
    "empty": (b"", "empty_file"),
    "random bytes": (np.random.default_rng(0).bytes(5000), "not_an_image"),
    "zeros": (bytes(5000), "not_an_image"),
    "text": (b"just a note\n", "not_an_image"),
    "too large a file": (_PNG + bytes(10 * 2**20), "file_too_large"),
    "PNG signature only": (SIGNATURE, "truncated"),
    "PNG half a signature": (SIGNATURE[:4], "truncated"),
    "PNG header only": (SIGNATURE + header(8, 8), "truncated"),
    "PNG without pixels": (SIGNATURE + header(8, 8) + _END, "truncated"),
    "JPEG start only": (b"\xff\xd8\xff", "truncated"),
    "JPEG half a start": (b"\xff\xd8", "truncated"),
    "JPEG header only": (_JPEG[: _JPEG.index(b"\xff\xda")], "truncated"),
    "JPEG of markers": (b"\xff\xd8\xff\xd9", "truncated"),
    "WebP header only": (_WEBP[:12], "truncated"),
    "WebP without picture": (riff(webp_canvas(8, 8)), "damaged"),
    "truncated JPEG": (_JPEG[: len(_JPEG) // 2], "truncated"),
    "JPEG without its last byte": (_JPEG[:-1], "truncated"),
    "truncated PNG": (_PNG[:-30], "truncated"),
    "PNG without its end": (_PNG[:-12], "truncated"),
    "truncated WebP": (_WEBP[: len(_WEBP) // 2], "truncated"),
    "PNG with cut rows": (SIGNATURE + header(3, 4) + chunk(b"IDAT", _ROWS[:-6]) + _END, "truncated"),
    "WebP with a short picture": (
        riff((b"VP8 ", _WEBP[20 : len(_WEBP) // 2])),
        "damaged",
    ),
    "PNG checksum of pixels": (_PNG[:-17] + bytes([_PNG[-17] ^ 1]) + _PNG[-16:], "bad_checksum"),
    "PNG checksum of header": (_PNG[:30] + bytes([_PNG[30] ^ 1]) + _PNG[31:], "bad_checksum"),
    "PNG checksum of text": (
        png_of(gradient(), chunk(b"tEXt", b"a\0b")[:-1] + b"?"),
        "bad_checksum",
    ),
    "PNG pixels not zlib": (SIGNATURE + header(8, 8) + chunk(b"IDAT", b"nonsense") + _END, "damaged"),
    "PNG odd chunk": (SIGNATURE + header(8, 8) + chunk(b"\0\0\0\0", b"") + _END, "damaged"),
    "PNG impossible depth": (SIGNATURE + header(8, 8, 7, 5) + chunk(b"IDAT", b"") + _END, "damaged"),
    "PNG 0 wide": (SIGNATURE + header(0, 9) + _END, "no_pixels"),
    "PNG 0 high": (SIGNATURE + header(9, 0) + _END, "no_pixels"),
    "JPEG 0 wide": (jpeg_sized(0, 9), "no_pixels"),
    "JPEG 0 high": (jpeg_sized(9, 0), "no_pixels"),
    "PNG 65,535 squared": (SIGNATURE + header(65535, 65535) + chunk(b"IDAT", b"") + _END, "side_too_long"),
    "PNG 2 thousand millions": (SIGNATURE + header(2**31 - 1, 2**31 - 1) + _END, "side_too_long"),
    "JPEG 65,535 squared": (jpeg_sized(65535, 65535), "side_too_long"),
    "WebP 16,383 squared": (riff(webp_canvas(16383, 16383), (b"VP8 ", _WEBP[20:])), "decoder_memory"),
    "a pixel too long": (png_of(np.zeros((1, 8193, 3), np.uint8)), "side_too_long"),
    "PNG bomb": (huge_png(8000, 8000), "too_many_pixels"),
    "JPEG 17 megapixels": (jpeg_sized(4000, 4250), "too_many_pixels"),
    "WebP 20 megapixels": (saved(Image.new("RGB", (5000, 4000)), "WEBP", method=0), "too_many_pixels"),
    "WebP frame larger than its canvas": (riff(webp_canvas(8, 8), (b"VP8 ", _WEBP[20:])), "damaged"),
    "PNG text bomb": (png_of(gradient(), chunk(b"zTXt", _BOMB_TEXT)), "text_bomb"),
    "PNG text bomb behind the pixels": (png_of(gradient(), after=chunk(b"iTXt", _BOMB_ITXT)), "text_bomb"),
    "PNG text bomb in pieces": (png_of(gradient(), chunk(b"zTXt", b"k\0\0" + _MILLION) * 60), "text_bomb"),
    "PNG profile bomb": (png_of(gradient(), chunk(b"iCCP", _BOMB_TEXT)), "text_bomb"),
    "JPEG of many scans": (many_scans(101), "too_many_scans"),
    "JPEG 12 bit": (jpeg_sized(64, 64, precision=12), "unusual_jpeg"),
    "JPEG lossless": (jpeg_sized(64, 64, marker=0xC3), "damaged"),
    "JPEG 2 channels": (jpeg_sized(64, 64, channels=2), "unusual_jpeg"),
    "JPEG two frames": (with_segment(_JPEG, 0xC0, struct.pack(">BHHB", 8, 9, 9, 3)), "damaged"),
    "JPEG without tables": (_JPEG[:2] + _JPEG[_JPEG.index(b"\xff\xc0") :], "damaged"),
    "JPEG all markers": (b"\xff\xd8" + b"\xff" * 200_000, "truncated"),
    "animated GIF": (frames_of("GIF", 3), "gif_image"),
    "GIF frame bomb": (frames_of("GIF", 300), "gif_image"),
    "still GIF": (saved(_GREY, "GIF"), "gif_image"),
    "TIFF": (saved(_GREY, "TIFF"), "unsupported_format"),
    "TIFF big endian": (b"MM\0*" + bytes(100), "unsupported_format"),
    "BMP": (saved(_GREY, "BMP"), "unsupported_format"),
    "ICO": (saved(_COLOUR, "ICO"), "unsupported_format"),
    "PSD": (b"8BPS\0\1" + bytes(100), "unsupported_format"),
    "JP2": (saved(_COLOUR, "JPEG2000"), "unsupported_format"),
    "HEIC": (iso_file(b"heic", b"mif1"), "unsupported_format"),
    "HEIC by its second brand": (iso_file(b"mif1", b"heic"), "unsupported_format"),
    "AVIF": (saved(_COLOUR, "AVIF"), "unsupported_format"),
    "MP4": (iso_file(b"isom", b"mp42"), "video_file"),
    "EPS": (saved(_COLOUR, "EPS"), "document_file"),
    "EPS with preview": (b"\xc5\xd0\xd3\xc6" + bytes(100), "document_file"),
    "PDF": (saved(_COLOUR, "PDF"), "document_file"),
    "SVG": (b'<?xml version="1.0"?>\n<!-- c --><svg width="9"><script/></svg>', "svg_drawing"),
    "HTML": (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "web_page"),
    "HTML with a mark": (b"\xef\xbb\xbf  <HTML>", "web_page"),
    "HTML in UTF-16": ("<html>".encode("utf-16"), "web_page"),
    "script": (b"<script>alert(1)</script>", "web_page"),
    "ZIP": (zipped(), "archive_file"),
    "ZIP before an image": (zipped() + _JPEG, "archive_file"),
    "gzip": (b"\x1f\x8b\x08" + bytes(20), "archive_file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_code_and_a_sentence(case: str) -> None:
    data, code = REFUSED[case]
    with pytest.raises(ImageRefused) as refusal:
        decode(data, "photo.png")
    assert refusal.value.code == code, refusal.value.__cause__
    assert str(refusal.value).endswith(".")
    assert "{" not in str(refusal.value)


def test_refused_alike_by_the_decoder_process() -> None:
    """One case of each code; starting a process for every case would take too long."""
    one_of_each = {code: data for data, code in reversed(REFUSED.values())}

    def code_of(data: bytes) -> str:
        with pytest.raises(ImageRefused) as refusal:
            decode_safely(data, "photo.png", Wanted(1, 28, 28))
        return refusal.value.code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(code_of, one_of_each.values())) == list(one_of_each)


@pytest.mark.parametrize("case", ["HEIC", "AVIF"])
def test_photos_of_phones_are_told_what_to_do(case: str) -> None:
    with pytest.raises(ImageRefused) as refusal:
        decode(REFUSED[case][0])
    assert str(refusal.value) == f"{case} files are not read here; convert this one to JPEG or PNG."


def test_a_refusal_is_put_into_words_when_it_is_read() -> None:
    with pytest.raises(ImageRefused) as refusal:
        decode(png_of(np.zeros((1, 9000, 3), np.uint8)))
    assert "9000 × 1" in str(refusal.value)
    assert "8192" in str(refusal.value)
    set_language("zh")
    assert "9000 × 1" in str(refusal.value)


def test_a_comment_of_any_length_is_no_bomb() -> None:
    long_text = chunk(b"tEXt", b"key\0" + b"x" * 5_000_000)
    assert np.array_equal(decode(png_of(gradient(), long_text)).pixels, gradient())
    assert decode(with_segment(_JPEG, 0xFE, b"x" * 60_000)).size == (64, 64)
