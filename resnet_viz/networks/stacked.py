"""Networks without blocks, as the facts of their families say: see `stack`."""

from collections.abc import Iterator
from math import gcd

import torch
from torch import nn

from resnet_viz.networks.alexnet import alexnet_stack
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.cnn import cnn_stack
from resnet_viz.networks.source import Source, standalone_part
from resnet_viz.networks.taps import Tap
from resnet_viz.networks.vgg import vgg_stack
from resnet_viz.specs import DataShape, NetworkSpec

_STACKS = {"vgg": vgg_stack, "alexnet": alexnet_stack, "cnn": cnn_stack}

# Exported as it is from here on.


def norm_of(norm: str, channels: int) -> nn.Module:
    """A normalisation of so many channels."""
    if norm == "batch":
        return nn.BatchNorm2d(channels)
    return nn.GroupNorm(gcd(8, channels), channels) if norm == "group" else nn.Identity()


class Network(nn.Module):
    """Stages of convolutions, each with norm and ReLU, and a classifier.

    A stage: the channels of its convolutions, whether a pooling follows, kernel and stride of the first.
    """

    def __init__(
        self,
        stages: tuple[tuple[tuple[int, ...], bool, int, int], ...],
        norm: str,
        channels: int,
        classes: int,
    ) -> None:
        super().__init__()
        for number, (outputs, pools, kernel, stride) in enumerate(stages, start=1):
            stage = nn.Sequential()
            for i, after in enumerate(outputs, start=1):
                size, step = (kernel, stride) if i == 1 else (3, 1)
                # Norms have a shift of their own, so a convolution has a bias only without them.
                bias = norm == "none"
                convolution = nn.Conv2d(channels, after, size, step, padding=size // 2, bias=bias)
                stage.add_module(f"conv{i}", convolution)
                stage.add_module(f"norm{i}", norm_of(norm, after))
                stage.add_module(f"relu{i}", nn.ReLU())
                channels = after
            self.add_module(f"stage{number}", stage)
            self.add_module(f"pool{number}", nn.MaxPool2d(2, ceil_mode=True) if pools else nn.Identity())
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # (B, C, H, W) -> logits (B, classes)
        *body, head = self.children()
        for part in body:
            x = part(x)
        logits: torch.Tensor = head(torch.flatten(x, 1))
        return logits


# Exported as it is up to here.


class StackedNetwork(Network, BuiltNetwork):
    """The network of a spec, with its taps; a stage's is what goes into the pooling after it."""

    def __init__(self, spec: NetworkSpec, shape: DataShape) -> None:
        super().__init__(_STACKS[spec.family](spec), spec.norm, shape.channels, shape.classes)
        self.spec = spec
        self.shape = shape
        self.taps = tuple(self._taps())

    def _taps(self) -> Iterator[Tap]:
        position = 0
        for stage_name, stage in self.named_children():
            if not isinstance(stage, nn.Sequential):
                continue
            for name, module in stage.named_children():
                if isinstance(module, nn.Conv2d):
                    position += 1
                    path = f"{stage_name}.{name}"
                    response = path if self.spec.norm == "none" else path.replace("conv", "norm")
                    yield Tap(path, "conv" if position > 1 else "stem", position, response)
            yield Tap(stage_name, "stage", position)
        yield Tap("head", "head", position + 1)


def stacked_source(spec: NetworkSpec, shape: DataShape) -> Source:
    """The standalone part of this module, and the stages of ``spec`` written out."""
    stages = tuple(tuple(stage) for stage in _STACKS[spec.family](spec))
    made = f"Network({stages!r}, {spec.norm!r}, {shape.channels}, {shape.classes})"
    return Source(standalone_part(__name__), made)
