"""The structure of a JPEG file (ITU-T T.81 annex B; Exif 3.0; ICC.1 annex B.4).

libjpeg paints what is missing of a cut file grey, so a file must go on to its
end marker. Application segments stay behind, Adobe's colour marker apart:
metadata, further pictures and appended files never reach the decoder.
"""

import re
import struct
from collections.abc import Iterator

from resnet_viz.images.container import Container
from resnet_viz.images.policy import MAX_SCANS, Refused, check_size

SIGNATURE = b"\xff\xd8\xff"
_END, _SCAN = 0xD9, 0xDA
_FRAMES = {0xC0, 0xC1, 0xC2}
"""Baseline, extended and progressive, Huffman-coded: what cameras, programs and browsers write and read."""
_OTHER_FRAMES = set(range(0xC3, 0xD0)) - {0xC4, 0xC8, 0xCC}
_METADATA = {*range(0xE1, 0xEE), 0xEF, 0xFE}
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_EXIF = b"Exif\0\0"
_PROFILE = b"ICC_PROFILE\0"


def inspect(data: bytes) -> Container:
    """The container in ``data``, which starts with the signature; raises `Refused`."""
    picture = [data[:2]]
    exif: bytes | None = None
    profile: dict[int, bytes] = {}
    size: tuple[int, int] | None = None
    scans, is_adobe = 0, False
    for marker, body, whole in _segments(data):
        if marker in _METADATA:
            if marker == 0xE1 and body.startswith(_EXIF) and exif is None:
                exif = body[len(_EXIF) :]
            elif marker == 0xE2 and body.startswith(_PROFILE) and len(body) > 14:
                profile[body[12]] = body[14:]
            continue
        picture.append(whole)
        if marker in _OTHER_FRAMES:
            raise Refused("unusual_jpeg", f"marker {marker:02x}")
        if marker in _FRAMES:
            if size is not None:
                raise Refused("damaged", "two frames")
            size = _frame_size(body)
        elif marker == 0xEE:
            is_adobe |= body.startswith(b"Adobe")
        elif marker == _SCAN:
            scans += 1
            if scans > MAX_SCANS:
                raise Refused("too_many_scans", limit=MAX_SCANS)
    if size is None or not scans:
        raise Refused("truncated", "no picture")
    whole_profile = b"".join(profile[number] for number in sorted(profile)) or None
    return Container("JPEG", b"".join(picture), *size, whole_profile, exif=exif, is_adobe=is_adobe)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker, body and whole of each segment to the end of the picture; the whole of a scan has its data."""
    position = 2
    while True:
        if data[position : position + 1] not in (b"\xff", b""):
            raise Refused("damaged", f"no marker at {position}")
        start = position
        while data[position + 1 : position + 2] == b"\xff":
            position += 1
        if position + 4 > len(data) and data[position + 1 : position + 2] != bytes([_END]):
            raise Refused("truncated", "no end marker")
        marker = data[position + 1]
        if marker == _END:
            yield marker, b"", data[start : position + 2]
            return
        if marker < 0xC0 or 0xD0 <= marker <= 0xD8:
            raise Refused("damaged", f"marker {marker:02x} at {position}")
        (length,) = struct.unpack_from(">H", data, position + 2)
        end = position + 2 + length
        if end > len(data):
            raise Refused("truncated", f"segment {marker:02x}")
        if length < 2:
            raise Refused("damaged", f"segment {marker:02x}")
        body = data[position + 4 : end]
        if marker == _SCAN:
            found = _NEXT_MARKER.search(data, end)
            if found is None:
                raise Refused("truncated", "no end of scan")
            end = found.start()
        yield marker, body, data[start:end]
        position = end


def _frame_size(body: bytes) -> tuple[int, int]:
    """Width and height in pixels."""
    if len(body) < 6:
        raise Refused("damaged", "frame header")
    precision, height, width, channels = struct.unpack_from(">BHHB", body)
    check_size(width, height)
    if precision != 8 or channels not in (1, 3, 4):
        raise Refused("unusual_jpeg", f"{channels} channels of {precision} bits")
    return width, height
