"""Networks to look into: by reference, loaded once and kept while they are in use.

A reference is ``file:PATH`` (a checkpoint of ours), ``bundled:plain`` or
``bundled:residual``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from resnet_viz.data.catalogue import info
from resnet_viz.errors import NotFound
from resnet_viz.locale import N_
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import RunSpec
from resnet_viz.training.checkpoint import read_checkpoint

BUNDLED_MODELS = ("plain", "residual")
_KEPT = 16
"""Networks held in memory; ours have about a megabyte each."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network in evaluation mode and what its images have to be like.

    Attributes:
        classes: English names, gettext keys, in the order of the logits.
        mean: float32 [C, 1, 1] in 0..1, of the training images; ``std`` likewise.
    """

    network: ResidualNetwork
    spec: RunSpec
    step: int
    classes: tuple[str, ...]
    mean: Tensor
    std: Tensor

    def normalised(self, images: Tensor) -> Tensor:
        """``images`` uint8 [B, C, H, W] as the network wants them, float32."""
        return (images.float() / 255 - self.mean) / self.std

    @torch.inference_mode()
    def logits(self, images: Tensor, rows: int = 250) -> Tensor:
        """Float32 [B, classes] for uint8 ``images`` [B, C, H, W]."""
        return torch.cat([self.network(self.normalised(part)) for part in images.split(rows)])


def bundled_model_path(name: str) -> Path:
    """The file of a bundled model."""
    return Path(__file__).parents[2] / "assets" / "models" / f"{name}.safetensors"


def load_model(reference: str) -> Model:
    """The model that ``reference`` names.

    Raises:
        NotFound: there is no such model.
        CheckpointDamaged: its file cannot be read.
    """
    path = _path(reference)
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        raise NotFound(
            "no_such_model", N_("There is no network {reference}."), reference=reference[:200]
        ) from None
    return _load(path, changed)


def _path(reference: str) -> Path:
    kind, _, name = reference.partition(":")
    if kind == "bundled" and name in BUNDLED_MODELS:
        return bundled_model_path(name)
    if kind == "file":
        return Path(name)
    raise NotFound("no_such_model", N_("There is no network {reference}."), reference=reference[:200])


@lru_cache(maxsize=_KEPT)
def _load(path: Path, _changed: int) -> Model:
    saved = read_checkpoint(path)
    network = build(saved.spec.network, saved.spec.train.seed)
    network.load_state_dict(saved.model)
    return Model(
        network.eval(),
        saved.spec,
        saved.step,
        info(saved.spec.data.dataset).classes,
        _per_channel(saved.mean),
        _per_channel(saved.std),
    )


def _per_channel(values: Sequence[float]) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1)
