"""Networks at their random start and the first batch of a training, as the Race page would begin."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from torch import Tensor

from resnet_viz.data.batches import BatchOrder, DeviceData
from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import load
from resnet_viz.experiments.kinds import RACE
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.registry import build

FAMILIES: Final = ("plain", "residual")
_RUN: Final = RACE.presets["degradation"].spec.run
_SHORTCUTS: Final = {"plain": "none", "residual": "identity"}


class Start:
    """What every training of the default race begins with, for any seed; images that come with this app."""

    def __init__(self, data_folder: Path) -> None:
        self._images = DeviceData(load(_RUN.data, data_folder))

    def batch(self, seed: int) -> tuple[Tensor, Tensor]:
        """The first batch of ``seed``: normalised float32 [B, C, H, W] and labels int64 [B]."""
        order = BatchOrder(len(self._images.train), _RUN.train.batch_size, seed)
        return self._images.train_batch(order.next())

    def network(self, family: str, seed: int, **changes: object) -> BuiltNetwork:
        """A plain or residual network of the default race but for ``changes`` of its `NetworkSpec`."""
        spec = _RUN.network.but(shortcut=_SHORTCUTS[family], **changes)
        return build(spec, shape_of(_RUN.data), seed)

    def networks(self, seed: int, **changes: object) -> Iterator[tuple[str, BuiltNetwork]]:
        """Both, with equal weights where they have the same layers."""
        for family in FAMILIES:
            yield family, self.network(family, seed, **changes)
