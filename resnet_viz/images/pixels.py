"""From a file's bytes to upright sRGB pixels, by Pillow. Runs in the decoder process, imports no NumPy.

Pillow checks the structure: checksums and end of a PNG (`verify`), all pixel data of the
three formats (`load`). One damage it cannot tell: of a PNG whose checksums are right and whose
pixel data simply ends early, the missing rows come out black.
"""

import re
import struct
import warnings
from io import BytesIO
from typing import Literal, NamedTuple

from PIL import (
    ExifTags,
    Image,
    ImageChops,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from resnet_viz.images.colours import to_srgb
from resnet_viz.images.refusals import (
    BACKGROUND,
    MAX_BYTES,
    MAX_PIXELS,
    MAX_SCANS,
    Refused,
    check_size,
    unreadable,
)

# As much text as a file can hold unpacked is no bomb; a compressed piece may unpack to 1 MB.
PngImagePlugin.MAX_TEXT_MEMORY = MAX_BYTES
# Pillow stops a WebP at twice this, before room for its canvas is made; `check_size` is exact.
Image.MAX_IMAGE_PIXELS = 2 * MAX_PIXELS

Format = Literal["PNG", "JPEG", "WEBP"]
Note = tuple[str, dict[str, str | int]]
"""Code (key of `messages.CHANGES`) and parameters of something to be said."""

_SIGNATURES: dict[Format, re.Pattern[bytes]] = {
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "JPEG": re.compile(rb"\xff\xd8\xff"),
    "WEBP": re.compile(rb"RIFF....WEBP", re.DOTALL),
}
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_SCAN = re.compile(rb"\xff\xda\x00(?:\x08\x01|\x0a\x02|\x0c\x03|\x0e\x04)")
"""Header of a scan (ITU-T T.81 B.2.3): its length goes with its number of channels."""
_SAID_BY_PILLOW = (
    ("incomplete checksum", "truncated"),
    ("checksum", "bad_checksum"),
    ("truncated", "truncated"),
    ("cannot load this image", "truncated"),
    ("max_text", "text_bomb"),
    ("cannot handle", "unusual_jpeg"),
)
"""Words in Pillow's exceptions, and the code that says the same; all others are "damaged"."""
_DEEP = 65535


class Pixels(NamedTuple):
    """An accepted image: ``image`` in mode RGB, ``size`` as stored (width, height in pixels)."""

    image: Image.Image
    format: Format
    size: tuple[int, int]
    changes: list[Note]
    warnings: list[Note]


class _Png(PngImagePlugin.PngImageFile):
    def _open(self) -> None:
        super()._open()
        _check_header(self)


class _Jpeg(JpegImagePlugin.JpegImageFile):
    def _open(self) -> None:
        super()._open()
        _check_header(self)


class _WebP(WebPImagePlugin.WebPImageFile):
    def _open(self) -> None:
        super()._open()
        _check_header(self)


def _check_header(image: ImageFile.ImageFile) -> None:
    """Refuse a size as soon as it was read, before Pillow does with fewer words."""
    if not image.mode and image.size == (0, 0):
        raise Refused("truncated", "no header")
    check_size(*image.size)


_READERS: dict[Format, type[ImageFile.ImageFile]] = {"PNG": _Png, "JPEG": _Jpeg, "WEBP": _WebP}


def read(data: bytes) -> Pixels:
    """The image in ``data``; raises `Refused`."""
    if len(data) > MAX_BYTES:
        raise Refused("file_too_large", limit=MAX_BYTES // 2**20)
    format = _format(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd metadata; sizes are checked
            return _convert(*_open(data, format), format)
    except Refused:
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise Refused("decoder_memory", repr(error)) from error
    except Exception as error:
        # Pillow promises no set of exceptions for damaged files.
        raise _refusal(error) from error


def _format(data: bytes) -> Format:
    for format, signature in _SIGNATURES.items():
        if signature.match(data):
            return format
    # Beginnings of a signature: nothing but the header arrived.
    if data and any(start.startswith(data) for start in _STARTS):
        raise Refused("truncated", "signature")
    raise unreadable(data)


def _open(data: bytes, format: Format) -> tuple[Image.Image, bool]:
    """The loaded image, after all of the file was checked, and whether it has more than 8 bits a channel."""
    if format == "JPEG" and len(_SCAN.findall(data)) > MAX_SCANS:
        raise Refused("too_many_scans", limit=MAX_SCANS)
    if format == "WEBP" and int.from_bytes(data[4:8], "little") > len(data) - 8:
        raise Refused("truncated", "RIFF size")
    reader = _READERS[format]
    reader(BytesIO(data)).verify()
    image = reader(BytesIO(data))
    is_deep = "16B" in str(image.tile)
    image.load()
    return image, is_deep


def _refusal(error: Exception) -> Refused:
    """The refusal that says what Pillow's ``error`` says."""
    if any(isinstance(one, EOFError | IndexError | struct.error) for one in (error, error.__cause__)):
        return Refused("truncated", repr(error))
    for words, code in _SAID_BY_PILLOW:
        if words in str(error).lower():
            parameters = {"limit": PngImagePlugin.MAX_TEXT_CHUNK // 2**20} if code == "text_bomb" else {}
            return Refused(code, repr(error), **parameters)
    return Refused("damaged", repr(error))


def _convert(image: Image.Image, is_deep: bool, format: Format) -> Pixels:
    size = image.size
    changes: list[Note] = []
    warned: list[Note] = []
    frames = getattr(image, "n_frames", 1)
    if frames > 1:
        changes.append(("first_frame", {"frames": frames}))
    if is_deep:
        changes.append(("deep_scaled", {}))
    if image.mode == "CMYK":
        changes.append(("cmyk_converted", {}))
    image, turned = _upright(image)
    info = image.info
    colour, alpha = _separate(image, is_deep)
    del image
    colour, note = to_srgb(colour, info)
    if note:
        changes.append((note, {}))
    if colour.mode != "RGB":
        colour = colour.convert("RGB")
    lowest, highest = alpha.getextrema() if alpha else (255, 255)
    if alpha and lowest != 255:
        changes.append(("transparency_filled", {}))
        if highest == 0:
            warned.append(("fully_transparent", {}))
        colour = Image.composite(colour, Image.new("RGB", colour.size, BACKGROUND), alpha)
    if turned != 1:
        changes.append(("turned_upright", {"orientation": turned}))
    return Pixels(colour, format, size, changes, warned)


def _upright(image: Image.Image) -> tuple[Image.Image, int]:
    """``image`` as the camera was held, and the orientation, 1 to 8, that it was stored in."""
    try:
        turned = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # malformed EXIF raises anything, and is ignored
        return image, 1
    if not isinstance(turned, int) or turned not in range(2, 9):
        return image, 1
    # Nobody needs the block again, and writing a malformed one would fail.
    for block in ("exif", "Raw profile type exif"):
        image.info.pop(block, None)
    return ImageOps.exif_transpose(image), turned


def _separate(image: Image.Image, is_deep: bool) -> tuple[Image.Image, Image.Image | None]:
    """Colour (L, RGB or CMYK) and opacity (L, None where all is opaque)."""
    if image.mode == "CMYK":
        # Pillow takes every CMYK JPEG for Adobe's, which is stored inverted.
        return (image if "adobe" in image.info else ImageChops.invert(image)), None
    if image.mode == "I;16":
        deep = image.convert("I")
        colour = deep.point([round(value * 255 / _DEEP) for value in range(_DEEP + 1)], "L")
        clear = image.info.get("transparency")
        if clear is None:
            return colour, None
        return colour, deep.point([255 * (value != clear) for value in range(_DEEP + 1)], "L")
    if is_deep and image.mode == "RGB" and "transparency" in image.info:
        image.info["transparency"] = tuple(value >> 8 for value in image.info["transparency"])
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return rgba.convert("RGB"), rgba.getchannel("A")
    return image if image.mode in ("L", "RGB") else image.convert("RGB"), None
