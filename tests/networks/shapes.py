"""Shapes of data to build networks for; `CIFAR` is what the papers have."""

import torch
from torch import Tensor

from resnet_viz.specs import DataShape

CIFAR = DataShape(channels=3, px=32, classes=10)
SMALL = DataShape(channels=3, px=8, classes=10)
GREY = DataShape(channels=1, px=8, classes=10)


def images(shape: DataShape, count: int = 4) -> Tensor:
    """Noise of that shape, the same every time."""
    generator = torch.Generator().manual_seed(7)
    return torch.randn(count, shape.channels, shape.px, shape.px, generator=generator)
