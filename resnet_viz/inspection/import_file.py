"""Import of a model file of this project: what it says is checked first, then the network is built.

A file is a checkpoint as the training writes it: safetensors with JSON under
``resnet_viz`` (schema, spec, step) and the weights named ``model.*``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, WeightsRefused
from resnet_viz.locale import N_, gettext
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.families import FAMILIES
from resnet_viz.networks.family import MAX_DEPTH
from resnet_viz.networks.registry import skeleton
from resnet_viz.networks.safetensors_file import (
    MAX_FILE_BYTES,
    SCHEMA,
    ModelFile,
    StoredTensor,
    parse_json,
    read_file,
    shown,
)
from resnet_viz.specs import RunSpec

_WEIGHTS = "model."
_RESUMING = "optimizer."
_READ = {"F32": torch.float32, "I64": torch.int64, "F16": torch.float16, "BF16": torch.bfloat16}
_DTYPES = {torch.float32: "F32", torch.int64: "I64"}
_CAST = ("F16", "BF16")
_LEAST_STD = 1e-6
_NAMED = 5  # layers named in one sentence


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done to an accepted file; `str` is the sentence in the reader's language."""

    code: str
    template: str
    parameters: dict[str, str | int]

    def __str__(self) -> str:
        return gettext(self.template).format(**self.parameters)


@dataclass(frozen=True, slots=True, eq=False)
class ImportedNetwork:
    """A network as the file had it after ``step`` updates of the run ``spec``, in evaluation mode.

    ``mean`` and ``std`` per channel in 0..1 are what its images are normalised with.
    """

    network: BuiltNetwork
    spec: RunSpec
    step: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    changes: tuple[Change, ...]


def load_weights(source: Path | bytes) -> ImportedNetwork:
    """The network of the model file ``source``, a path or the file's bytes.

    Layout, metadata and every name, shape and number format are checked in the
    header before anything is built. Pickles and archives are never opened.

    Raises:
        WeightsRefused: the file is not one of ours, or not sound; the code says which.
    """
    content = source if isinstance(source, bytes) else _read(source)
    file = read_file(content)
    about = _about(file)
    spec = _spec(about)
    shape = shape_of(spec.data)
    mean = _per_channel(about.get("mean"), shape.channels, 0)
    std = _per_channel(about.get("std"), shape.channels, _LEAST_STD)
    bare = skeleton(spec.network, shape)
    expected = bare.state_dict()
    changes = _check_tensors(file, expected)
    weights = {
        name: _tensor(file.tensors[_WEIGHTS + name]).to(value.dtype) for name, value in expected.items()
    }
    _check_values(weights)
    network = bare.to_empty(device="cpu")
    network.load_state_dict(weights, strict=True)
    return ImportedNetwork(network.eval(), spec, about["step"], mean, std, changes)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as source:
            return source.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise WeightsRefused(
            "weights_unreadable",
            N_("The model file {file} cannot be opened ({reason})."),
            file=shown(path.name),
            reason=error.strerror or "?",
        ) from error


def _about(file: ModelFile) -> dict[str, Any]:
    """The project's own metadata, of a schema this version knows."""
    text = file.metadata.get("resnet_viz")
    if text is None:
        raise WeightsRefused(
            "weights_foreign",
            N_("This file was not written by this app: it does not say which network its weights belong to."),
        )
    try:
        about = parse_json(text)
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or type(about.get("schema")) is not int:
        raise _damaged()
    if about["schema"] > SCHEMA:
        raise WeightsRefused(
            "weights_newer",
            N_("This model file was written by a newer version (format {found}); update the app."),
            found=shown(about["schema"]),
        )
    step = about.get("step")
    if about["schema"] < 1 or type(step) is not int or step < 0 or not isinstance(about.get("spec"), dict):
        raise _damaged()
    return about


def _damaged() -> WeightsRefused:
    return WeightsRefused(
        "weights_metadata_damaged", N_("What this model file says about itself cannot be read.")
    )


def _spec(about: dict[str, Any]) -> RunSpec:
    network = about["spec"].get("network")
    if not isinstance(network, dict):
        raise _damaged()
    family, depth = network.get("family", "resnet"), network.get("depth")
    if family not in tuple(FAMILIES):
        raise WeightsRefused(
            "weights_family",
            N_("This model file holds a network of type {family}, which this version does not support."),
            family=shown(family),
        )
    if type(depth) is not int:
        raise _damaged()
    if depth > MAX_DEPTH:
        raise WeightsRefused(
            "weights_too_deep",
            N_("This model file holds a network of depth {depth}; the deepest that is built is {limit}."),
            depth=shown(depth),
            limit=MAX_DEPTH,
        )
    try:
        return RunSpec.checked(**about["spec"])
    except InvalidSetting as error:
        if error.code == "illegal_depth":
            raise WeightsRefused(
                "weights_depth",
                N_("This model file claims depth {depth}, which its kind of block cannot have."),
                depth=depth,
            ) from None
        raise WeightsRefused(
            "weights_setting",
            N_("This model file describes a network that cannot be built: {setting} is not valid."),
            setting=shown(error.field) or "?",
        ) from None
    except TypeError:  # a field name that is no word
        raise _damaged() from None


def _per_channel(values: Any, channels: int, least: float) -> tuple[float, ...]:
    """Mean or standard deviation of each channel; without them no image could be shown to the network."""
    if (
        isinstance(values, list)
        and len(values) == channels
        and all(type(value) in (int, float) and least <= value <= 1 for value in values)
    ):
        return tuple(map(float, values))
    raise WeightsRefused(
        "weights_normalisation",
        N_(
            "This model file does not say with which mean and standard deviation its network's images "
            "are normalised; export it again."
        ),
    )


def _check_tensors(file: ModelFile, expected: dict[str, Tensor]) -> tuple[Change, ...]:
    """Compare names, shapes and number formats with the network's; returns what loading will change."""
    found = {
        name.removeprefix(_WEIGHTS): entry
        for name, entry in file.tensors.items()
        if name.startswith(_WEIGHTS)
    }
    missing = [name for name in expected if name not in found]
    if missing:
        raise WeightsRefused(
            "weights_missing",
            N_("{count} tensors of this network are missing in the model file, the first is {name}."),
            count=len(missing),
            name=missing[0],
        )
    other = [name for name in file.tensors if not name.startswith((_WEIGHTS, _RESUMING))]
    unexpected = [name for name in found if name not in expected] + other
    if unexpected:
        raise WeightsRefused(
            "weights_unexpected",
            N_("{count} tensors in this model file do not belong to its network, the first is {name}."),
            count=len(unexpected),
            name=shown(unexpected[0]),
        )
    cast = set()
    for name, value in expected.items():
        entry = found[name]
        if entry.shape != tuple(value.shape):
            raise _wrong_shape(name, tuple(value.shape), entry.shape)
        if entry.dtype in _CAST and value.dtype == torch.float32:
            cast.add(entry.dtype)
        elif entry.dtype != _DTYPES[value.dtype]:
            raise WeightsRefused(
                "weights_dtype",
                N_("The tensor {name} should have the number format {expected}, not {found}."),
                name=name,
                expected=_DTYPES[value.dtype],
                found=entry.dtype,
            )
    changes = []
    if cast:
        template = N_("The weights were stored with 16 bits ({found}) and are computed with 32.")
        changes.append(Change("weights_cast", template, {"found": ", ".join(sorted(cast))}))
    if any(name.startswith(_RESUMING) for name in file.tensors):
        template = N_("The file also holds the state of an unfinished run, which is not used.")
        changes.append(Change("weights_resuming_ignored", template, {}))
    return tuple(changes)


def _tensor(stored: StoredTensor) -> Tensor:
    return torch.frombuffer(stored.data, dtype=_READ[stored.dtype]).reshape(stored.shape)


def _wrong_shape(name: str, expected: tuple[int, ...], found: tuple[int, ...]) -> WeightsRefused:
    if name.startswith("head.") and expected[1:] == found[1:] and len(found) == len(expected):
        return WeightsRefused(
            "weights_classes",
            N_("The classifier in this model file has {found} classes instead of {expected}."),
            found=found[0],
            expected=expected[0],
        )
    return WeightsRefused(
        "weights_shape",
        N_("The tensor {name} should have the shape {expected}, not {found}."),
        name=name,
        expected=" × ".join(map(str, expected)) or "1",
        found=" × ".join(map(str, found)) or "1",
    )


def _check_values(weights: dict[str, Tensor]) -> None:
    broken = [name for name, value in weights.items() if not value.isfinite().all()]
    if broken:
        raise WeightsRefused(
            "weights_not_finite",
            N_("{count} tensors hold values that are not finite numbers: {names}."),
            count=len(broken),
            names=", ".join(broken[:_NAMED]) + (", …" if len(broken) > _NAMED else ""),
        )
    for name, value in weights.items():
        if name.endswith("running_var") and (value < 0).any():
            raise WeightsRefused(
                "weights_variance", N_("The variance stored in {name} is negative."), name=name
            )
