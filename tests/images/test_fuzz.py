"""Mutations of valid images: refused or right, whatever was done to the bytes."""

import io
import random
import warnings
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from resnet_viz.errors import ImageRefused
from resnet_viz.images.decode import DecodedImage, decode
from resnet_viz.images.fitting import Wanted
from resnet_viz.images.safely import SHOWN_PX, decode_safely
from tests.images.files import Pixels, chunk, exif, jpeg_of, png_of, saved, with_segment

_PHOTO = np.random.default_rng(3).integers(0, 256, (40, 56, 3), dtype=np.uint8)
_PICTURE = Image.fromarray(_PHOTO)
_METADATA = chunk(b"eXIf", exif(6)) + chunk(b"tEXt", b"key\0value") + chunk(b"gAMA", b"\0\0\xb1\x8f")
_ORIGINALS = {
    "png": png_of(_PHOTO),
    "png with metadata": png_of(_PHOTO, _METADATA),
    "jpeg": jpeg_of(_PHOTO, quality=90),
    "progressive jpeg": jpeg_of(_PHOTO, quality=90, progressive=True),
    "jpeg with metadata": with_segment(jpeg_of(_PHOTO), 0xE1, b"Exif\0\0" + exif(3)),
    "lossy webp": saved(_PICTURE, "WEBP", quality=80),
    "lossless webp": saved(_PICTURE, "WEBP", lossless=True),
    "animated webp": saved(_PICTURE, "WEBP", save_all=True, append_images=[Image.new("RGB", (56, 40))]),
}
_MUTATIONS = 25


def mutated(data: bytes, chance: random.Random) -> bytes:
    """``data`` with bytes changed, cut out, doubled, put in, cut off or added."""
    result = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        start = chance.randrange(len(result) or 1)
        # Headers are short, so half of the mutations happen there.
        start = start % 64 if chance.random() < 0.5 else start
        length = chance.choice((1, 2, 4, 16, 100))
        match chance.randrange(6):
            case 0 | 1:
                result[start : start + length] = chance.randbytes(len(result[start : start + length]))
            case 2:
                del result[start : start + length]
            case 3:
                result[start:start] = result[start : start + length]
            case 4:
                del result[max(start, len(result) // 2) :]
            case _:
                result += chance.randbytes(length)
    return bytes(result)


def resealed(png: bytes) -> bytes:
    """``png`` with every checksum that can be found made right again, so that mutations get further."""
    result, position = png[:8], 8
    while position + 12 <= len(png):
        end = position + 12 + int.from_bytes(png[position : position + 4], "big")
        if end > len(png):
            break
        body = png[position + 4 : end - 4]
        result += png[position : position + 4] + body + zlib.crc32(body).to_bytes(4, "big")
        position = end
    return result + png[position:]


def outcome(data: bytes, how: Callable[[bytes], DecodedImage] = decode) -> DecodedImage | str:
    try:
        return how(data)
    except ImageRefused as refusal:
        return refusal.code if str(refusal) else "no words"


def pillows_own(data: bytes) -> Pixels | None:
    """What a plain reading of all of the file gives, if it gives anything."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        except Exception:  # damaged files raise anything
            return None


@pytest.mark.parametrize("original", _ORIGINALS)
@pytest.mark.timeout(30)
def test_mutations_are_refused_or_right(original: str) -> None:
    data = _ORIGINALS[original]
    untouched = decode(data)
    chance = random.Random(original)
    codes = set()
    for _ in range(_MUTATIONS):
        broken = mutated(data, chance)
        result = outcome(broken)
        if isinstance(result, str):
            codes.add(result)
            continue
        assert result.pixels.dtype == np.uint8
        assert result.pixels.ndim == 3
        if original.startswith("png"):
            # Checksums leave nothing that could have changed.
            assert np.array_equal(result.pixels, untouched.pixels)
        elif "metadata" not in original:
            plain = pillows_own(broken)
            assert plain is None or np.array_equal(result.pixels, plain)
    assert codes
    assert "no words" not in codes


@pytest.mark.timeout(30)
def test_mutations_behind_right_checksums() -> None:
    """Here a picture may come out that nobody drew, but it is the one the bytes say."""
    chance = random.Random("resealed")
    accepted = 0
    for _ in range(60):
        broken = resealed(mutated(_ORIGINALS["png"], chance))
        result = outcome(broken)
        if isinstance(result, str) or result.changes:
            continue
        accepted += 1
        plain = pillows_own(broken)
        assert plain is None or np.array_equal(result.pixels, plain)
    assert accepted > 0


def test_the_decoder_process_says_the_same() -> None:
    chance = random.Random("process")
    for data in _ORIGINALS.values():
        broken = mutated(data, chance)
        here = outcome(broken)
        there = outcome(broken, lambda data: decode_safely(data, "", Wanted(3, 40, 40)).image)
        if isinstance(here, str) or isinstance(there, str):
            assert here == there
        else:
            assert here.size == there.size
            assert here.changes == there.changes
            if max(here.size) <= SHOWN_PX:
                assert np.array_equal(here.pixels, there.pixels)


def test_the_originals_are_accepted() -> None:
    for name, data in _ORIGINALS.items():
        assert not isinstance(outcome(data), str), name
