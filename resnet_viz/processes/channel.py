"""The one wire between processes: JSON, arrays and a file in one frame, nothing that could run.

A frame is the length of its header (4 bytes, little-endian), the header as
JSON, the bytes of its arrays one after the other in C order, and the file.
NumPy is imported by who receives arrays: the decoder of images does without.
"""

import json
import os
import struct
import sys
from collections.abc import Mapping
from io import BytesIO
from math import prod
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, Self

if TYPE_CHECKING:
    import numpy.typing as npt

Arrays = Mapping[str, "npt.NDArray[Any]"]

MOST_HEADER_BYTES: Final = 2**24
"""What is longer is no header but somebody's text on the wire."""
MOST_BYTES: Final = 2**32

_TYPES: Final = {
    ("B", 1): "uint8",
    ("?", 1): "bool",
    ("l", 8): "int64",
    ("q", 8): "int64",
    ("f", 4): "float32",
    ("d", 8): "float64",
}
_ITEM_BYTES: Final = {name: size for (_, size), name in _TYPES.items()}


class Frame(NamedTuple):
    """``values`` as JSON has them; ``arrays`` uint8, bool, int64, float32 or float64; ``file`` as it is."""

    values: dict[str, Any]
    arrays: "dict[str, npt.NDArray[Any]]"
    file: bytes = b""

    def to_bytes(self) -> bytes:
        """As it travels; raises ValueError for an array of another type."""
        content = BytesIO()
        Channel(BytesIO(), content).send(*self)
        return content.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Frame":
        """What `to_bytes` made; raises ValueError where it is no frame, or none that is whole."""
        try:
            found = Channel(BytesIO(content), BytesIO()).receive()
        except EOFError:
            found = None
        if found is None:
            raise ValueError("not a frame")
        return found


class Channel:
    """Frames to and from another process; one thread may send while another receives."""

    def __init__(self, incoming: IO[bytes], outgoing: IO[bytes]) -> None:
        self._incoming = incoming
        self._outgoing = outgoing

    @classmethod
    def of_this_process(cls) -> Self:
        """To who started this process; what libraries print goes to stderr from now on."""
        # Without buffers: one that a thread waits in cannot be closed at exit, and Python aborts.
        incoming = os.fdopen(os.dup(sys.stdin.fileno()), "rb", buffering=0)
        outgoing = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        return cls(incoming, outgoing)

    def send(
        self, values: Mapping[str, Any], arrays: Mapping[str, Any] | None = None, file: bytes = b""
    ) -> None:
        """Send one frame; ``arrays`` are NumPy's or whatever else has typed memory in rows.

        Raises:
            ValueError: an array of another type.
            OSError: the reader is gone.
        """
        views = {name: memoryview(array) for name, array in (arrays or {}).items()}
        described = [[name, _type_of(name, view), list(view.shape or ())] for name, view in views.items()]
        header = json.dumps({"values": dict(values), "arrays": described, "file": len(file)}).encode()
        self._write(struct.pack("<I", len(header)) + header)
        for view in views.values():
            self._write(view.cast("B") if view.c_contiguous and view.nbytes else view.tobytes())
        self._write(file)

    def receive(self, most_bytes: int = MOST_BYTES) -> Frame | None:
        """The next frame, or None at the end.

        Raises:
            EOFError: the sender died in the middle of one.
            ValueError: this is no frame, or one of more than ``most_bytes``, of which no more is read.
        """
        start = self._incoming.read(1)
        if not start:
            return None
        (length,) = struct.unpack("<I", start + self._read(3))
        if length > min(most_bytes, MOST_HEADER_BYTES):
            raise ValueError(f"a header of {length} bytes")
        values, described, file_bytes = _header(bytes(self._read(length)))
        sizes = [prod(shape) * _ITEM_BYTES[kind] for _, kind, shape in described]
        if length + sum(sizes) + file_bytes > most_bytes:
            raise ValueError(f"more than {most_bytes} bytes")
        arrays = {
            name: _array(self._read(size), kind, shape)
            for (name, kind, shape), size in zip(described, sizes, strict=True)
        }
        return Frame(values, arrays, bytes(self._read(file_bytes)))

    def close(self) -> None:
        """Let go of both ends."""
        self._incoming.close()
        self._outgoing.close()

    def _write(self, content: bytes | memoryview) -> None:
        rest = memoryview(content)
        while rest:
            rest = rest[self._outgoing.write(rest) :]

    def _read(self, count: int) -> bytearray:
        content = bytearray(count)
        rest = memoryview(content)
        while rest:
            got = self._incoming.readinto(rest)  # type: ignore[attr-defined]  # IO has no word for it
            if not got:
                raise EOFError
            rest = rest[got:]
        return content


def _type_of(name: str, view: memoryview) -> str:
    kind = _TYPES.get((view.format, view.itemsize))
    if kind is None:
        raise ValueError(f"{name} has items of type {view.format}")
    return kind


def _header(text: bytes) -> tuple[dict[str, Any], list[tuple[str, str, list[int]]], int]:
    """Values, descriptions of the arrays and length of the file; raises ValueError."""
    try:
        header = json.loads(text)
        values, described, file_bytes = header["values"], header["arrays"], header["file"]
        arrays = [(str(name), str(kind), [int(side) for side in shape]) for name, kind, shape in described]
    except (KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("not a frame") from error
    sound = isinstance(values, dict) and isinstance(file_bytes, int) and file_bytes >= 0
    if not sound or not all(kind in _ITEM_BYTES and min(shape, default=0) >= 0 for _, kind, shape in arrays):
        raise ValueError("not a frame")
    return values, arrays, file_bytes


def _array(content: bytearray, kind: str, shape: list[int]) -> "npt.NDArray[Any]":
    import numpy as np

    return np.frombuffer(content, kind).reshape(shape)
