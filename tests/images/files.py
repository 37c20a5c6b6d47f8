"""Image files made byte by byte, so that their pixels are known without a decoder."""

import io
import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def gradient(height: int = 6, width: int = 9) -> Pixels:
    """uint8 [height, width, 3], every pixel another colour."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack((x * 200 // width, y * 200 // height, 255 - (x + y) * 5), axis=2).astype(np.uint8)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(width: int, height: int, depth: int = 8, colour: int = RGB) -> bytes:
    """IHDR."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def packed(rows: Sequence[bytes]) -> bytes:
    """The rows without filters, compressed."""
    return zlib.compress(b"".join(b"\0" + row for row in rows))


def png(
    rows: Sequence[bytes],
    width: int,
    depth: int = 8,
    colour: int = RGB,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """A PNG of packed ``rows`` with further chunks before and after the pixels."""
    start = SIGNATURE + header(width, len(rows), depth, colour) + before
    return start + chunk(b"IDAT", packed(rows)) + after + chunk(b"IEND", b"")


def png_of(pixels: Pixels, before: bytes = b"", after: bytes = b"") -> bytes:
    """A PNG of uint8 [H, W, 1 to 4]."""
    colour = {1: GREY, 2: GREY_ALPHA, 3: RGB, 4: RGBA}[pixels.shape[2]]
    return png([row.tobytes() for row in pixels], pixels.shape[1], 8, colour, before, after)


def apng(frames: Sequence[Pixels]) -> bytes:
    """An animation of full frames."""

    def control(number: int) -> bytes:
        height, width = frames[0].shape[:2]
        return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, 0, 0, 1, 10, 0, 0))

    start = chunk(b"acTL", struct.pack(">II", len(frames), 0)) + control(0)
    rest = b""
    for index, frame in enumerate(frames[1:]):
        body = packed([row.tobytes() for row in frame])
        rest += control(2 * index + 1) + chunk(b"fdAT", struct.pack(">I", 2 * index + 2) + body)
    return png_of(frames[0], start, rest)


def exif(orientation: int, order: str = ">") -> bytes:
    """A TIFF header and one directory: a GPS pointer's neighbour tags and the orientation."""
    start = {">": b"MM\0*", "<": b"II*\0"}[order] + struct.pack(order + "I", 8)
    make = struct.pack(order + "HHI4s", 0x010F, 2, 4, b"Cam\0")
    turned = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    gps = struct.pack(order + "HHII", 0x8825, 4, 1, 8)
    return start + struct.pack(order + "H", 3) + make + turned + gps + struct.pack(order + "I", 0)


def saved(image: Image.Image, file_format: str, **options: object) -> bytes:
    """The bytes Pillow writes."""
    target = io.BytesIO()
    image.save(target, file_format, **options)
    return target.getvalue()


def jpeg_of(pixels: Pixels, **options: object) -> bytes:
    """A JPEG as near to ``pixels`` as JPEG gets."""
    return saved(Image.fromarray(pixels), "JPEG", **{"quality": 100, "subsampling": 0} | options)


def segment(marker: int, body: bytes) -> bytes:
    """One JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segment(jpeg: bytes, marker: int, body: bytes) -> bytes:
    """``jpeg`` with a segment behind its start marker."""
    return jpeg[:2] + segment(marker, body) + jpeg[2:]


_RED, _GREEN, _BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
_GAMMA = struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"


def icc(
    name: str, curve: bytes, primaries: Sequence[tuple[float, float, float]] = (_RED, _GREEN, _BLUE)
) -> bytes:
    """A display profile (ICC.1, version 2) called ``name``; ``curve`` is a curveType from its count on.

    The primaries are by default those of sRGB, as seen under D50.
    """

    def xyz(x: float, y: float, z: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in (x, y, z))

    red, green, blue = primaries
    label = name.encode("ascii") + b"\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(label)) + label + bytes(4 + 4 + 2 + 1 + 67)
    shape = b"curv\0\0\0\0" + curve
    tags = {
        b"desc": description + bytes(-len(description) % 4),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(*red),
        b"gXYZ": xyz(*green),
        b"bXYZ": xyz(*blue),
        b"rTRC": shape,
        b"gTRC": shape,
        b"bTRC": shape,
    }
    table, data = struct.pack(">I", len(tags)), b""
    first = 128 + 4 + 12 * len(tags)
    for tag, body in tags.items():
        table += struct.pack(">4sII", tag, first + len(data), len(body))
        data += body
    fields = struct.pack(">I4sI4s4s4s", first + len(data), b"test", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    white = struct.pack(">iii", 63190, 65536, 54061)
    start = fields + struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + white
    return start + bytes(128 - len(start)) + table + data


def icc_of_swapped_colours() -> bytes:
    """A profile whose red is sRGB's green and whose green is sRGB's red."""
    return icc("Swapped", _GAMMA, (_GREEN, _RED, _BLUE))


def linear_icc(name: str) -> bytes:
    """A profile of stored values that are proportional to light."""
    return icc(name, struct.pack(">I", 0))


def srgb_icc(name: str) -> bytes:
    """sRGB (IEC 61966-2-1) as cameras and programs spell it: its primaries and a table of 1,024 values."""
    coded = np.arange(1024) / 1023
    light = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return icc(name, struct.pack(">I", 1024) + np.round(light * 65535).astype(">u2").tobytes())


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    """A WebP container of raw chunks."""
    body = b"WEBP"
    for kind, content in chunks:
        body += kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_canvas(width: int, height: int) -> tuple[bytes, bytes]:
    """The extended header chunk."""
    return b"VP8X", bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
