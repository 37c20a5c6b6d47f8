"""TensorBoard's event files, as far as scalars and texts need them.

Written here because the libraries that can do it cost more than these lines:
tensorboardX imports torch, which must stay out of the web process, and
tensorboard itself brings a web server and gRPC. The format has not changed in
ten years; the tests read it back with tensorboard's own loader.

A file is a sequence of records: length (uint64), its checksum, an ``Event``
protocol buffer, its checksum; see tensorflow/core/lib/io/record_writer.h,
tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_DT_STRING = 7


def _crc_table() -> tuple[int, ...]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)  # CRC-32C (Castagnoli), reflected
        table.append(value)
    return tuple(table)


_TABLE = _crc_table()


class EventFile:
    """An event file that is being written; ``path`` is replaced. Raises OSError."""

    def __init__(self, path: Path, started_at: float) -> None:
        self._out = path.open("wb")
        self._record(_double(1, started_at) + _bytes(3, b"brain.Event:2"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._out.close()

    def add_scalars(self, time: float, step: int, tags: Sequence[bytes], values: Sequence[float]) -> None:
        """One value per tag (UTF-8), measured at ``step``; TensorBoard keeps float32."""
        summary = b"".join(
            _bytes(1, _bytes(1, tag) + _float(2, value)) for tag, value in zip(tags, values, strict=True)
        )
        self._record(_double(1, time) + _integer(2, step) + _bytes(5, summary))

    def add_text(self, time: float, tag: str, text: str) -> None:
        """A text (Markdown) that TensorBoard shows under its own heading."""
        shape = _bytes(2, _bytes(2, _integer(1, 1)))
        tensor = _integer(1, _DT_STRING) + shape + _bytes(8, text.encode())
        metadata = _bytes(1, _bytes(1, b"text"))
        value = _bytes(1, tag.encode()) + _bytes(8, tensor) + _bytes(9, metadata)
        self._record(_double(1, time) + _integer(2, 0) + _bytes(5, _bytes(1, value)))

    def _record(self, event: bytes) -> None:
        length = struct.pack("<Q", len(event))
        self._out.write(length + _checksum(length) + event + _checksum(event))


def _checksum(content: bytes) -> bytes:
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    masked = (crc >> 15 | crc << 17) + 0xA282EAD8  # so that a checksum of checksums is no weaker
    return struct.pack("<I", masked & 0xFFFFFFFF)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _double(field: int, value: float) -> bytes:
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _float(field: int, value: float) -> bytes:
    return _varint(field << 3 | 5) + struct.pack("<f", value)
