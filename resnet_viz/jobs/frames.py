"""Questions and answers between processes: JSON and arrays in one frame, nothing that could run.

A frame is the length of its header (4 bytes, little-endian), the header as
JSON, and the bytes of its arrays one after the other in C order.
"""

import json
import struct
from collections.abc import Mapping
from math import prod
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]
_TYPES = frozenset({"uint8", "bool", "int64", "float32"})


class Frame(NamedTuple):
    """``values`` as JSON has them, ``arrays`` uint8, bool, int64 or float32."""

    values: dict[str, Any]
    arrays: dict[str, npt.NDArray[Any]]


def write_frame(pipe: IO[bytes], values: Mapping[str, Any], arrays: Arrays) -> None:
    """Send one frame; raises ValueError for other types of arrays, OSError when the reader is gone."""
    described = []
    for name, array in arrays.items():
        if array.dtype.name not in _TYPES:
            raise ValueError(f"{name} is {array.dtype.name}")
        described.append([name, array.dtype.name, list(array.shape)])
    header = json.dumps({"values": dict(values), "arrays": described}).encode()
    pipe.write(struct.pack("<I", len(header)) + header)
    for array in arrays.values():
        pipe.write(np.ascontiguousarray(array).data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> Frame | None:
    """The next frame, or None at the end; raises EOFError when the writer died in the middle of one."""
    start = pipe.read(4)
    if not start:
        return None
    if len(start) < 4:
        raise EOFError
    header = json.loads(_read(pipe, struct.unpack("<I", start)[0]))
    arrays = {}
    for name, dtype, shape in header["arrays"]:
        if dtype not in _TYPES:
            raise ValueError(f"{name} is {dtype}")
        content = _read(pipe, prod(shape) * np.dtype(dtype).itemsize)
        arrays[name] = np.frombuffer(content, dtype).reshape(shape)
    return Frame(header["values"], arrays)


def _read(pipe: IO[bytes], count: int) -> bytes:
    content = pipe.read(count)
    if len(content) < count:
        raise EOFError
    return content
