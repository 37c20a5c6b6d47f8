"""A network of convolutions alone: no blocks, no stages."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.taps import Tap
from resnet_viz.specs import DataShape


class Blockless(BuiltNetwork):
    """Three convolutions with ReLUs, and a classifier."""

    taps = (
        Tap("stem", "stem", 1, "stem"),
        Tap("conv1", "conv", 2, "conv1"),
        Tap("conv2", "conv", 3, "conv2"),
        Tap("head", "head", 4),
    )

    def __init__(self, shape: DataShape) -> None:
        super().__init__()
        self.shape = shape
        for tap, (before, after) in zip(self.taps[:3], pairwise((shape.channels, 4, 4, 4)), strict=True):
            self.add_module(tap.name, nn.Conv2d(before, after, 3, padding=1))
        self.head = nn.Linear(4, shape.classes)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> logits (B, classes)
        for tap in self.taps[:3]:
            x = self.get_submodule(tap.name)(x).relu()
        logits: Tensor = self.head(torch.flatten(x.mean((2, 3)), 1))
        return logits
