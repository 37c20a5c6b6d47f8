"""The outside of a model file: header and layout of safetensors, checked before any tensor is made.

Nothing is ever unpickled or unzipped: other formats are known by their first
bytes and refused. Format: https://github.com/huggingface/safetensors#format
"""

import json
from dataclasses import dataclass
from math import prod
from typing import Any

from resnet_viz.errors import WeightsRefused
from resnet_viz.locale import N_

SCHEMA = 1
"""Version of what a model file of this project says about itself, in checkpoints and in imports."""

MAX_FILE_BYTES = 512 * 1024**2
MAX_HEADER_BYTES = 1024**2
MAX_TENSORS = 5000

_LENGTH_BYTES = 8
_DTYPE_BITS = {
    **dict.fromkeys(("F4",), 4),
    **dict.fromkeys(("F6_E2M3", "F6_E3M2"), 6),
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"), 8),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 16),
    **dict.fromkeys(("U32", "I32", "F32"), 32),
    **dict.fromkeys(("U64", "I64", "F64", "C64"), 64),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One tensor as the header declares it; offsets count from the end of the header."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file whose layout is sound: from ``data_start`` on, the tensors fill it without gap or overlap."""

    tensors: dict[str, Entry]
    metadata: dict[str, str]
    data_start: int


def read_layout(content: bytes) -> ModelFile:
    """The header of ``content``, checked against the bytes that follow; raises `WeightsRefused`."""
    header_bytes = _header_length(content)
    header = _parsed(content[_LENGTH_BYTES : _LENGTH_BYTES + header_bytes])
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise WeightsRefused(
            "weights_metadata_damaged", N_("What this model file says about itself cannot be read.")
        )
    if len(header) > MAX_TENSORS:
        raise WeightsRefused(
            "weights_too_many_tensors",
            N_("This model file lists {count} tensors; at most {limit} are read."),
            count=len(header),
            limit=MAX_TENSORS,
        )
    tensors = {name: _entry(name, fields) for name, fields in header.items()}
    data_start = _LENGTH_BYTES + header_bytes
    _check_layout(tensors, len(content) - data_start)
    return ModelFile(tensors, metadata, data_start)


def shown(name: object) -> str:
    """A name from a file, fit for a sentence: short and without odd characters."""
    text = ascii(name)[1:-1] if isinstance(name, str) else ascii(name)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _header_length(content: bytes) -> int:
    if not content:
        raise WeightsRefused("weights_empty", N_("This model file is empty."))
    if len(content) > MAX_FILE_BYTES:
        raise WeightsRefused(
            "weights_too_big",
            N_("This model file is larger than {limit} MB."),
            limit=MAX_FILE_BYTES // 1024**2,
        )
    length = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if len(content) < _LENGTH_BYTES or length > min(MAX_HEADER_BYTES, len(content) - _LENGTH_BYTES):
        _refuse_other_formats(content)
    if len(content) < _LENGTH_BYTES:
        raise WeightsRefused(
            "weights_short", N_("This is not a model file: it ends before its header begins.")
        )
    if length > len(content) - _LENGTH_BYTES:
        raise WeightsRefused(
            "weights_header_beyond_file",
            N_("This model file is not safetensors, or is cut off: its header would end beyond the file."),
        )
    if length > MAX_HEADER_BYTES:
        raise WeightsRefused(
            "weights_header_too_long", N_("The header of this model file is longer than one megabyte.")
        )
    return length


def _refuse_other_formats(content: bytes) -> None:
    # Asked only where the first bytes cannot be a header's length: 640 begins like a pickle.
    if content[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        raise WeightsRefused(
            "weights_archive",
            N_(
                "This is an archive (.pt, .pth, TorchScript or .keras), which is never opened. Export the "
                "weights as safetensors."
            ),
        )
    if content[:1] == b"\x80" and content[1:2] <= b"\x05":
        raise WeightsRefused(
            "weights_pickle",
            N_(
                "This is a Python pickle (.pt, .ckpt or .pkl), which could run a program and is never "
                "opened. Export the weights as safetensors."
            ),
        )
    if content[:8] == b"\x89HDF\r\n\x1a\n":
        raise WeightsRefused(
            "weights_keras", N_("This is an HDF5 file, as Keras writes. Export the weights as safetensors.")
        )


class _DuplicateKey(ValueError):
    pass


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateKey(next(name for name in names if names.count(name) > 1))
    return found


def parse_json(text: str) -> Any:
    """``text`` as strict JSON: no duplicate keys, no NaN; raises ValueError or RecursionError."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=refuse)


def _parsed(header: bytes) -> dict[str, Any]:
    try:
        parsed = parse_json(header.decode("utf-8"))
    except _DuplicateKey as error:
        raise WeightsRefused(
            "weights_duplicate_key",
            N_("The header of this model file names {name} twice."),
            name=shown(str(error)),
        ) from None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict) or not header.startswith(b"{"):
        raise WeightsRefused(
            "weights_header_not_json", N_("This is not a safetensors file: its header is not JSON.")
        )
    return parsed


def _entry(name: str, fields: Any) -> Entry:
    if not isinstance(fields, dict) or fields.keys() != {"dtype", "shape", "data_offsets"}:
        raise _malformed(name)
    dtype, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
    if not isinstance(dtype, str) or not _whole_numbers(shape) or not _whole_numbers(offsets):
        raise _malformed(name)
    if dtype not in _DTYPE_BITS:
        raise WeightsRefused(
            "weights_unknown_dtype",
            N_("The tensor {name} has an unknown number format: {dtype}."),
            name=shown(name),
            dtype=shown(dtype),
        )
    if len(offsets) != 2 or min(shape, default=0) < 0:
        raise _malformed(name)
    if min(offsets) < 0 or offsets[1] < offsets[0]:
        raise WeightsRefused(
            "weights_offsets",
            N_("The tensor {name} lies at an impossible place in this model file."),
            name=shown(name),
        )
    if prod(shape) * _DTYPE_BITS[dtype] != (offsets[1] - offsets[0]) * 8:
        raise WeightsRefused(
            "weights_size_mismatch",
            N_("The tensor {name} takes {found} bytes, which does not fit its shape and number format."),
            name=shown(name),
            found=offsets[1] - offsets[0],
        )
    return Entry(dtype, tuple(shape), offsets[0], offsets[1])


def _whole_numbers(values: Any) -> bool:
    # Beyond 64 bits nothing can be meant, and products of such numbers would take long.
    return (
        isinstance(values, list)
        and len(values) <= 16
        and all(type(value) is int and abs(value) < 2**63 for value in values)
    )


def _malformed(name: str) -> WeightsRefused:
    return WeightsRefused(
        "weights_entry",
        N_("The header of this model file describes the tensor {name} in a way that cannot be read."),
        name=shown(name),
    )


def _check_layout(tensors: dict[str, Entry], data_bytes: int) -> None:
    at = 0
    for name, entry in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin < at:
            raise WeightsRefused(
                "weights_overlap", N_("The tensor {name} overlaps with another one."), name=shown(name)
            )
        if entry.begin > at:
            raise WeightsRefused(
                "weights_gap",
                N_("There are bytes before the tensor {name} that belong to none."),
                name=shown(name),
            )
        at = entry.end
    if at > data_bytes:
        raise WeightsRefused(
            "weights_cut_off",
            N_("This model file is cut off: {missing} bytes are missing."),
            missing=at - data_bytes,
        )
    if at < data_bytes:
        raise WeightsRefused(
            "weights_trailing",
            N_("This model file has {extra} bytes after its last tensor that belong to none."),
            extra=data_bytes - at,
        )
