"""Networks to look into: by reference, loaded once and kept while they are in use.

A reference is ``file:PATH`` (a checkpoint of ours), ``bundled:plain`` or another of `bundled.PAIRS`, or
``torchvision:NAME`` with a name of `networks.torchvision_catalogue.ZOO`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.data.obtain import file_path
from resnet_viz.errors import NotFound
from resnet_viz.inspection.bundled import PAIRS, bundled_path
from resnet_viz.inspection.published import load_published
from resnet_viz.inspection.zoo_weights import weights_of, zoo_entry
from resnet_viz.locale import N_
from resnet_viz.networks.registry import build
from resnet_viz.networks.reinitialise import Network
from resnet_viz.networks.taps import Tap, TapKind
from resnet_viz.networks.torchvision_catalogue import CHANNELS, IMAGE_PX, RESIZE_PX, ZOO
from resnet_viz.specs import RunSpec
from resnet_viz.training.checkpoint import read_checkpoint

_KEPT = 16
"""Networks held in memory; ours have about a megabyte each."""
_KEPT_PUBLISHED = 2
"""Those of torchvision have up to half a gigabyte."""
_DEEPEST: Final[tuple[TapKind, ...]] = ("block", "stage", "conv", "stem")
_PIXELS_AT_ONCE = 250 * 28**2


@dataclass(frozen=True, slots=True)
class ImageSize:
    """What images a network takes.

    Attributes:
        px: side.
        resize_px: what the shorter side of a picture is scaled to before the middle is cut out.
    """

    channels: int
    px: int
    resize_px: int


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A network in evaluation mode and what its images have to be like.

    Attributes:
        classes: English names, gettext keys, in the order of the logits.
        mean: float32 [C, 1, 1] in 0..1, of the training images; ``std`` likewise.
        spec: what a run of ours was asked for, and ``step`` how far it was; None for other networks.
    """

    network: Network
    classes: tuple[str, ...]
    mean: Tensor
    std: Tensor
    image: ImageSize
    spec: RunSpec | None = None
    step: int | None = None

    @property
    def taps(self) -> tuple[Tap, ...]:
        """Its layers, in the order of the forward pass."""
        return self.network.taps

    @property
    def default_tap(self) -> str:
        """The last block, stage or convolution, whichever there is first: the last maps before pooling."""
        names = {kind: [tap.name for tap in self.taps if tap.kind == kind] for kind in _DEEPEST}
        return next(found[-1] for found in names.values() if found)

    def normalised(self, images: Tensor) -> Tensor:
        """``images`` uint8 [B, C, H, W] as the network wants them, float32."""
        return (images.float() / 255 - self.mean) / self.std

    @torch.inference_mode()
    def logits(self, images: Tensor) -> Tensor:
        """Float32 [B, classes] for uint8 ``images`` [B, C, H, W]."""
        rows = max(1, _PIXELS_AT_ONCE // (images.shape[-2] * images.shape[-1]))
        return torch.cat([self.network(self.normalised(part)) for part in images.split(rows)])


def load_model(reference: str, data_folder: Path) -> Model:
    """The model that ``reference`` names; published weights are looked for in ``data_folder``.

    Nothing is downloaded: see `published.fetch_weights`.

    Raises:
        NotFound: there is no such model.
        CheckpointDamaged: its file cannot be read.
        WeightsUnavailable: its weights were not downloaded yet.
    """
    entry = zoo_entry(reference)
    if entry is not None:
        return _load_published(entry.name, data_folder, _changed(file_path(weights_of(entry), data_folder)))
    path = _path(reference)
    changed = _changed(path)
    if changed is None:
        raise NotFound("no_such_model", N_("There is no network {reference}."), reference=reference[:200])
    return _load(path, changed)


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return None


def _path(reference: str) -> Path:
    kind, _, name = reference.partition(":")
    if kind == "bundled" and any(name in pair for pair in PAIRS.values()):
        return bundled_path(name)
    if kind == "file":
        return Path(name)
    raise NotFound("no_such_model", N_("There is no network {reference}."), reference=reference[:200])


@lru_cache(maxsize=_KEPT)
def _load(path: Path, changed: int) -> Model:
    saved = read_checkpoint(path)
    shape = shape_of(saved.spec.data)
    network = build(saved.spec.network, shape, saved.spec.train.seed)
    network.load_state_dict(saved.model)
    return Model(
        network.eval(),
        info(saved.spec.data.dataset).classes,
        _per_channel(saved.mean),
        _per_channel(saved.std),
        ImageSize(shape.channels, shape.px, shape.px),
        saved.spec,
        saved.step,
    )


@lru_cache(maxsize=_KEPT_PUBLISHED)
def _load_published(name: str, data_folder: Path, changed: int | None) -> Model:
    loaded = load_published(ZOO[name], data_folder)
    return Model(
        loaded.network,
        loaded.classes,
        _per_channel(loaded.mean),
        _per_channel(loaded.std),
        ImageSize(CHANNELS, IMAGE_PX, RESIZE_PX),
    )


def _per_channel(values: Sequence[float]) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1)
