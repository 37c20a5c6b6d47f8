"""Checkpoints: one safetensors file each, written so that it is whole or not there.

The file's metadata holds, as JSON under ``resnet_viz``, the schema version, the
spec, the step and, in a checkpoint to resume from, the position of the batch
order; tensors are named ``model.*`` and ``optimizer.*``.
"""

import json
from dataclasses import dataclass, field, replace
from math import log10
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from resnet_viz.checkpoint_files import kept_file, position_file
from resnet_viz.errors import CheckpointDamaged, InvalidSetting
from resnet_viz.kept_files import write_whole
from resnet_viz.locale import N_
from resnet_viz.networks.safetensors_file import SCHEMA
from resnet_viz.specs import RunSpec


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a training after ``step`` updates.

    ``mean`` and ``std`` per channel are those of the training images in 0..1:
    what an image has to be normalised with before this network sees it.
    """

    spec: RunSpec
    step: int
    model: dict[str, Tensor]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    optimizer: dict[str, Tensor] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)


class _About(BaseModel):
    """What a checkpoint says about itself, as far as `Checkpoint` has it."""

    spec: RunSpec
    step: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    position: dict[str, Any]


def kept_steps(steps: int) -> tuple[int, ...]:
    """Steps whose weights are kept for later inspection: 0, the last, and two per decade between."""
    spaced = {round(10 ** (half / 2)) for half in range(int(2 * log10(steps)) + 1)} if steps > 1 else set()
    return tuple(sorted({0, steps} | spaced))


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> int:
    """Write ``checkpoint`` to ``path`` atomically and durably; returns its size in bytes.

    Raises:
        OSError: the disk is full or not writable; an older file is still whole.
    """
    tensors = {f"model.{name}": value for name, value in checkpoint.model.items()}
    tensors |= {f"optimizer.{name}": value for name, value in checkpoint.optimizer.items()}
    about = {
        "schema": SCHEMA,
        "spec": checkpoint.spec.model_dump(mode="json"),
        "step": checkpoint.step,
        "mean": checkpoint.mean,
        "std": checkpoint.std,
        "position": checkpoint.position,
    }
    # safetensors keeps no strides; contiguous() is free for all but channels-last weights.
    content = save(
        {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
        metadata={"resnet_viz": json.dumps(about)},
    )
    write_whole(path, content, durable=True)
    return len(content)


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at ``path``; raises `CheckpointDamaged`."""
    try:
        with safe_open(path, framework="pt") as source:
            about = _About.model_validate_json(source.metadata()["resnet_viz"])
            tensors = {name: source.get_tensor(name) for name in source.keys()}  # noqa: SIM118 - not a dict
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "optimizer": {}}
        for name, value in tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = value
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, InvalidSetting) as error:
        raise CheckpointDamaged(
            "checkpoint_damaged",
            N_("The checkpoint {file} cannot be read; start the run again."),
            file=path.name,
        ) from error
    return Checkpoint(**dict(about), model=parts["model"], optimizer=parts["optimizer"])


def read_kept_position(folder: Path, step: int) -> Checkpoint:
    """What training goes on with after a kept ``step`` of the run in ``folder``; raises `CheckpointDamaged`.

    The weights lie beside it already, so the file of the position holds only what differs there: the
    training's own running averages.
    """
    weights, position = (read_checkpoint(folder / name) for name in (kept_file(step), position_file(step)))
    return replace(position, model=weights.model | position.model)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's per-parameter state as flat names ``<parameter index>.<key>``."""
    return {
        f"{index}.{key}": value
        for index, state in optimizer.state_dict()["state"].items()
        for key, value in state.items()
        if isinstance(value, Tensor)
    }


def restore_optimizer(optimizer: torch.optim.Optimizer, tensors: dict[str, Tensor]) -> None:
    """Put the state that `optimizer_tensors` took back into a new optimiser.

    Fused optimisers walk parameter and state side by side in memory, so a state
    of the parameter's shape must have its layout too.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition(".")
        parameter = parameters[int(index)]
        if value.shape == parameter.shape:
            value = torch.empty_like(parameter, requires_grad=False).copy_(value)
        state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
