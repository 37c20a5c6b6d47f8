"""The structure of a PNG file (PNG specification, third edition, W3C 2025).

Pillow checks no checksum of the pixel data, takes a file without its end and
paints missing rows black; here all three are refused. Of the chunks only those that make the picture go on to
the decoder, so frames, text and damaged metadata never reach it.
"""

import struct
import zlib
from collections.abc import Iterator

from resnet_viz.images.container import Container
from resnet_viz.images.policy import MAX_TEXT_BYTES, Refused, check_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_ONE_PASS = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column and row, and the steps, of each pass of an interlaced image."""
_PIECE_BYTES = 2**16
_COMPRESSED_TEXT = {b"zTXt", b"iTXt"}
_BEFORE_GAMMA = {b"cICP", b"iCCP", b"sRGB"}
"""Chunks that say what the colours are; gamma counts without them only (section 4.3)."""


def inspect(data: bytes) -> Container:
    """The container in ``data``, which starts with the signature; raises `Refused`."""
    chunks = _chunks(data)
    kind, body, _ = next(chunks)
    if kind != b"IHDR" or len(body) != 13:
        raise Refused("damaged", "no IHDR")
    width, height, depth = struct.unpack_from(">IIB", body)
    check_size(width, height)
    row_bytes = _row_bytes(body)
    picture = [SIGNATURE, data[8:33]]
    exif = profile = gamma = None
    has_better = False
    frames, unpacked = 1, 0
    packed_rows: list[bytes] = []
    for kind, body, whole in chunks:
        has_better |= kind in _BEFORE_GAMMA
        if kind == b"IDAT":
            packed_rows.append(body)
        if kind in _PICTURE:
            picture.append(whole)
        elif kind == b"acTL" and len(body) == 8:
            frames = max(1, int.from_bytes(body[:4], "big"))
        elif kind == b"eXIf":
            exif = body
        elif kind == b"gAMA" and len(body) == 4:
            gamma = int.from_bytes(body, "big") / 100_000
        elif kind == b"iCCP":
            profile = _unpack(body.partition(b"\0")[2][1:])
            unpacked += len(profile)
        elif kind in _COMPRESSED_TEXT:
            unpacked += len(_unpack(_compressed_text(kind, body)))
        elif kind[0] & 0x20 == 0:
            raise Refused("damaged", f"unknown critical chunk {kind!r}")
        if unpacked > MAX_TEXT_BYTES:
            raise Refused("text_bomb", limit=MAX_TEXT_BYTES // 2**20)
    _check_rows(packed_rows, row_bytes)
    return Container(
        "PNG",
        b"".join(picture),
        width,
        height,
        profile,
        None if has_better else gamma,
        exif,
        frames,
        is_deep=depth == 16,
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Type, body and whole of each chunk up to IEND, checksums checked."""
    position, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        if position + 12 > len(data):
            raise Refused("truncated", "no IEND")
        length = int.from_bytes(data[position : position + 4], "big")
        kind = data[position + 4 : position + 8]
        if not kind.isalpha():
            raise Refused("damaged", f"chunk {kind!r}")
        end = position + 12 + length
        if end > len(data):
            raise Refused("truncated", f"chunk {kind!r}")
        whole = data[position:end]
        if zlib.crc32(whole[4:-4]) != int.from_bytes(whole[-4:], "big"):
            raise Refused("bad_checksum", f"chunk {kind!r}")
        yield kind, whole[8:-4], whole
        position = end


def _row_bytes(header: bytes) -> int:
    """How many bytes the rows of all passes have when unpacked, filter bytes included."""
    width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", header)
    if colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16) or interlace > 1:
        raise Refused("damaged", "IHDR")
    total = 0
    for left, top, across, down in _ADAM7 if interlace else _ONE_PASS:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + -(-columns * depth * _CHANNELS[colour] // 8))
    return total


def _check_rows(packed: list[bytes], expected: int) -> None:
    """Unpack the rows, a piece at a time, to see that all are there."""
    unpacker = zlib.decompressobj()
    try:
        for part in packed:
            rest = part
            while rest and expected > 0:
                expected -= len(unpacker.decompress(rest, _PIECE_BYTES))
                rest = unpacker.unconsumed_tail
        if expected > 0:
            expected -= len(unpacker.flush())
    except zlib.error as error:
        raise Refused("damaged", str(error)) from error
    if expected > 0:
        raise Refused("truncated", f"{expected} bytes of rows are missing")


def _compressed_text(kind: bytes, body: bytes) -> bytes:
    _keyword, _, rest = body.partition(b"\0")
    if kind == b"zTXt":
        return rest[1:]
    # Compression flag and method, language, translated keyword, text.
    return rest[2:].partition(b"\0")[2].partition(b"\0")[2] if rest[:1] == b"\1" else b""


def _unpack(packed: bytes) -> bytes:
    """As much as shows whether it is too much; nothing where it cannot be unpacked."""
    try:
        return zlib.decompressobj().decompress(packed, MAX_TEXT_BYTES + 1)
    except zlib.error:
        return b""
