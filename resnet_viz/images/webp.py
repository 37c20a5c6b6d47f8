"""The structure of a WebP file (RFC 9649).

The decoder of Pillow makes room for the canvas as soon as it is opened, so the
sizes are read here first.
"""

from collections.abc import Iterator

from resnet_viz.images.container import Container
from resnet_viz.images.policy import Refused, check_size

_LOSSY, _LOSSLESS, _EXTENDED, _FRAME = b"VP8 ", b"VP8L", b"VP8X", b"ANMF"


def is_webp(data: bytes) -> bool:
    """Whether ``data`` starts like a WebP file."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def inspect(data: bytes) -> Container:
    """The container in ``data``, for which `is_webp` holds; raises `Refused`."""
    chunks = _chunks(data)
    first, body = next(chunks, (b"", b""))
    if not first:
        raise Refused("truncated", "no chunk")
    width, height = _size(first, body)
    check_size(width, height)
    exif = profile = None
    frames, has_picture = 0, first != _EXTENDED
    for kind, body in chunks:
        if kind in (_LOSSY, _LOSSLESS):
            has_picture = True
        elif kind == _FRAME:
            frames += 1
        elif kind == b"EXIF" and exif is None:
            exif = body.removeprefix(b"Exif\0\0")
        elif kind == b"ICCP" and profile is None:
            profile = body
    if not has_picture and not frames:
        raise Refused("truncated", "no picture")
    picture = data[: 8 + _little(data[4:8])]
    return Container("WEBP", picture, width, height, profile, exif=exif, frames=max(1, frames))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Type and body of each chunk."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Refused("truncated", "RIFF size")
    position = 12
    while position + 8 <= end:
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        if position + 8 + length > end:
            raise Refused("truncated", "chunk size")
        yield data[position : position + 4], data[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _size(kind: bytes, body: bytes) -> tuple[int, int]:
    """Width and height in pixels, from the first chunk."""
    if kind == _EXTENDED and len(body) >= 10:
        return _little(body[4:7]) + 1, _little(body[7:10]) + 1
    if kind == _LOSSY and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        return _little(body[6:8]) & 0x3FFF, _little(body[8:10]) & 0x3FFF
    if kind == _LOSSLESS and len(body) >= 5 and body[0] == 0x2F:
        bits = _little(body[1:5])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Refused("damaged", f"first chunk {kind!r}")


def _little(number: bytes) -> int:
    return int.from_bytes(number, "little")
