"""What a model file holds: read by safetensors, after checks of what that does not check.

safetensors refuses headers that are not JSON and tensors that do not fill the file exactly. Checked
here are sizes, keys that stand twice, and what a file of another kind is, by its first bytes, so that
the refusal can say so. Nothing is ever unpickled or unzipped.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError, deserialize

from resnet_viz.errors import WeightsRefused
from resnet_viz.locale import N_

SCHEMA = 2
"""Version of what a model file of this project says about itself, in checkpoints and in imports.

From 2 on the network does not say once more what follows from its data: input and classes."""

MAX_FILE_BYTES = 512 * 1024**2
MAX_HEADER_BYTES = 1024**2
MAX_TENSORS = 5000

_LENGTH_BYTES = 8


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """One tensor as it lies in the file: ``data`` in the number format ``dtype``, say ``F32``."""

    dtype: str
    shape: tuple[int, ...]
    data: bytearray


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The tensors of a sound file, and what it says about itself."""

    tensors: dict[str, StoredTensor]
    metadata: dict[str, str]


def read_file(content: bytes) -> ModelFile:
    """The model file ``content``; raises `WeightsRefused`."""
    data_start = _LENGTH_BYTES + _header_length(content)
    header = _parsed(content[_LENGTH_BYTES:data_start])
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
    try:
        stored = deserialize(content)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise _unsound(str(error), header, len(content) - data_start) from error
    tensors = {
        name: StoredTensor(fields["dtype"], tuple(fields["shape"]), fields["data"]) for name, fields in stored
    }
    return ModelFile(tensors, metadata)


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


def _unsound(said: str, header: dict[str, Any], data_bytes: int) -> WeightsRefused:
    """The refusal for what safetensors ``said`` of the tensors in ``header``."""
    if "not fully covered" in said:
        extra = data_bytes - max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if extra < 0:
            return WeightsRefused(
                "weights_cut_off",
                N_("This model file is cut off: {missing} bytes are missing."),
                missing=-extra,
            )
        return WeightsRefused(
            "weights_trailing",
            N_("This model file has {extra} bytes after its last tensor that belong to none."),
            extra=extra,
        )
    if found := re.search(r"invalid offset for tensor `(.*)`", said, re.DOTALL):
        return WeightsRefused(
            "weights_offsets",
            N_("The tensor {name} lies at an impossible place in this model file."),
            name=shown(found[1]),
        )
    if "invalid shape" in said or "overflow" in said:
        return WeightsRefused(
            "weights_size_mismatch",
            N_("A tensor of this model file takes more or fewer bytes than its shape and number format say."),
        )
    if found := re.search(r"unknown variant `(.*?)`", said, re.DOTALL):
        return WeightsRefused(
            "weights_unknown_dtype",
            N_("A tensor of this model file has an unknown number format: {dtype}."),
            dtype=shown(found[1]),
        )
    return WeightsRefused(
        "weights_entry",
        N_("The header of this model file describes a tensor in a way that cannot be read."),
    )
