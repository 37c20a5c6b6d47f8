"""DenseNet and DenseNet-BC for small images; `densenet` says from where, and what differs."""

from collections.abc import Iterator
from math import gcd

import torch
from torch import nn

from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.taps import Tap
from resnet_viz.specs import DataShape, NetworkSpec

# Exported as it is from here on.


def norm_of(norm: str, channels: int) -> nn.Module:
    """A normalisation of so many channels."""
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    return nn.GroupNorm(gcd(8, channels), channels) if norm == "group" else nn.Identity()


class Layer(nn.Sequential):
    """Adds channels to its input: (B, C, H, W) -> (B, C + growth, H, W)."""

    def __init__(self, channels: int, growth: int, norm: str, bottleneck: bool) -> None:
        super().__init__()
        steps = (
            [(channels, 4 * growth, 1), (4 * growth, growth, 3)] if bottleneck else [(channels, growth, 3)]
        )
        for i, (before, after, kernel) in enumerate(steps, start=1):
            self.add_module(f"norm{i}", norm_of(norm, before))
            self.add_module(f"relu{i}", nn.ReLU())
            # Norms have a shift of their own, so a convolution has a bias only without them.
            convolution = nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=norm == "none")
            self.add_module(f"conv{i}", convolution)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for part in self.children():
            y = part(y)
        return torch.cat((x, y), 1)


class Network(nn.Module):
    """A stem, three dense blocks with a transition between two of them, and a classifier.

    With ``compression`` it is DenseNet-BC.
    """

    def __init__(
        self,
        depth: int,
        growth: int,
        norm: str,
        channels: int,
        classes: int,
        compression: float | None = None,
    ) -> None:
        super().__init__()
        compact = compression is not None
        layers = (depth - 4) // (6 if compact else 3)
        bias = norm == "none"
        after = 2 * growth if compact else 16
        self.stem = nn.Conv2d(channels, after, 3, padding=1, bias=bias)
        for stage in (1, 2, 3):
            block = nn.Sequential()
            if stage > 1:
                before, after = after, int(after * compression) if compression is not None else after
                transition = nn.Sequential()
                transition.add_module("norm", norm_of(norm, before))
                transition.add_module("relu", nn.ReLU())
                transition.add_module("conv", nn.Conv2d(before, after, 1, bias=bias))
                transition.add_module("pool", nn.AvgPool2d(2, ceil_mode=True))
                block.add_module("transition", transition)
            for number in range(1, layers + 1):
                block.add_module(f"layer{number}", Layer(after, growth, norm, compact))
                after += growth
            self.add_module(f"stage{stage}", block)
        self.last_norm = norm_of(norm, after)
        self.last_relu = nn.ReLU()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(after, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (B, C, H, W) -> logits (B, classes)
        x = self.stem(x)
        for stage in (1, 2, 3):
            x = self.get_submodule(f"stage{stage}")(x)
        x = self.pool(self.last_relu(self.last_norm(x)))
        logits: torch.Tensor = self.head(torch.flatten(x, 1))
        return logits


# Exported as it is up to here.


class DenseNetwork(Network, BuiltNetwork):
    """The network of a spec of `densenet`, with its taps; stages are the dense blocks."""

    def __init__(self, spec: NetworkSpec, shape: DataShape) -> None:
        compression = spec.compression if spec.family == "densenet-bc" else None
        super().__init__(spec.depth, spec.growth, spec.norm, shape.channels, shape.classes, compression)
        self.spec = spec
        self.shape = shape
        self.taps = tuple(self._taps())

    def _taps(self) -> Iterator[Tap]:
        """Norms stand before convolutions here, so the response of a layer is its convolution's output."""
        position = 1
        yield Tap("stem", "stem", position, "stem")
        for stage in ("stage1", "stage2", "stage3"):
            for name, module in self.get_submodule(stage).named_modules(prefix=stage):
                if isinstance(module, nn.Conv2d):
                    position += 1
                    yield Tap(name, "conv", position, name)
            yield Tap(stage, "block", position)
        yield Tap("head", "head", position + 1)
