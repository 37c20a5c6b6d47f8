"""Networks that answer like trained ones: their norms have statistics, scales and shifts."""

import torch
from torch import Tensor, nn

from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import Block, DataShape, NetworkSpec, Norm, Shortcut, choices
from tests.networks.residuals import build_residual

SHAPE = DataShape(channels=3, px=8, classes=5)


def lively(spec: NetworkSpec, seed: int = 0) -> ResidualNetwork:
    """The network of ``spec`` with everything random that a training would have moved."""
    network = build_residual(spec, SHAPE, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name.endswith("running_var") or ("norm" in name and name.endswith("weight")):
                value.uniform_(0.5, 1.5, generator=generator)
            elif name.endswith(("running_mean", "bias")):
                value.uniform_(-0.3, 0.3, generator=generator)
    return network


def batch(size: int) -> tuple[Tensor, Tensor]:
    """Images and one class for each."""
    generator = torch.Generator().manual_seed(7)
    images = torch.randn(size, SHAPE.channels, SHAPE.px, SHAPE.px, generator=generator)
    return images, torch.arange(size) % SHAPE.classes


def linear(channels: int = 3, px: int = 8, classes: int = 5) -> nn.Sequential:
    """A network whose logits are linear in the pixels, up to its biases."""
    generator = torch.Generator().manual_seed(3)
    network = nn.Sequential(
        nn.Conv2d(channels, 4, 3, padding=1), nn.Flatten(), nn.Linear(4 * px * px, classes)
    )
    with torch.no_grad():
        for weight in network.parameters():
            weight.normal_(0, 0.2, generator=generator)
    return network


DEPTHS: dict[Block, int] = {block: 11 if "bottleneck" in block else 8 for block in choices(Block)}


def every_kind() -> list[NetworkSpec]:
    """Each block plain, with padded and projected shortcuts, and with each norm; small."""
    kinds: tuple[tuple[Shortcut, Norm], ...] = (
        ("none", "batch"),
        ("projection", "batch"),
        ("identity", "none"),
        ("identity", "group"),
    )
    return [small(block, *kind) for block in choices(Block) for kind in kinds]


def small(block: Block = "basic", shortcut: Shortcut = "identity", norm: Norm = "batch") -> NetworkSpec:
    """A network of the least depth."""
    return NetworkSpec(depth=DEPTHS[block], width=4, block=block, shortcut=shortcut, norm=norm)


def named(spec: NetworkSpec) -> str:
    """What tells one of `every_kind` from another."""
    return f"{spec.block}-{spec.shortcut}-{spec.norm}"
