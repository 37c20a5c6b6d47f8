"""torchvision's networks in a form one can look into. Needs torch, but not torchvision.

Every ReLU is a module of its own and nothing works in place, as in the
project's own networks; names of weights and all numbers stay torchvision's.
"""

import re
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.networks.taps import Tap, TapKind


class ZooBlock(AddingBlock):
    """A residual block made of the layers of torchvision's ``BasicBlock`` or ``Bottleneck``.

    Args:
        convolutions: in their order, each followed by the normalisation at its place in ``norms``.
        downsample: what the shortcut does to x; None for nothing.
    """

    def __init__(
        self, convolutions: Sequence[nn.Module], norms: Sequence[nn.Module], downsample: nn.Module | None
    ) -> None:
        super().__init__()
        self.depth = len(convolutions)
        for i, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True), start=1):
            self.add_module(f"conv{i}", convolution)
            self.add_module(f"bn{i}", norm)
            if i < self.depth:
                self.add_module(f"relu{i}", nn.ReLU())
        self.downsample = downsample
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> (B, C', H/s, W/s)
        y: Tensor = self.relu(self.add(self.branch(x), x))
        return y

    def branch(self, x: Tensor) -> Tensor:
        """F(x), before the addition."""
        for i in range(1, self.depth + 1):
            x = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(x))
            if i < self.depth:
                x = self.get_submodule(f"relu{i}")(x)
        return x

    def add(self, branch: Tensor, x: Tensor) -> Tensor:
        """F(x) + shortcut(x)."""
        return branch + (x if self.downsample is None else self.downsample(x))


class ZooNetwork(nn.Module):
    """The parts of a network one after the other; the last of them takes vectors.

    Args:
        name: torchvision's name for it, see `torchvision_catalogue.ZOO`.
        parts: by name, in the order of the forward pass, each ReLU a module that is used once.
    """

    def __init__(self, name: str, parts: dict[str, nn.Module]) -> None:
        super().__init__()
        self.name = name
        for part_name, part in parts.items():
            self.add_module(part_name, part)
        for module in self.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False
        self.taps = tuple(_Taps(self).below("", self))

    def forward(self, x: Tensor) -> Tensor:  # (B, 3, H, W) -> logits (B, classes)
        *body, head = self.children()
        for part in body:
            x = part(x)
        logits: Tensor = head(torch.flatten(x, 1))
        return logits


class _Taps:
    """Taps in the order of the forward pass, which is that of registration; parents after their parts."""

    def __init__(self, network: nn.Module) -> None:
        self._position = 0
        self._head = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]

    def below(self, path: str, module: nn.Module) -> Iterator[Tap]:
        for name, child in module.named_children():
            child_path = f"{path}.{name}" if path else name
            yield from self.below(child_path, child)
            shortcut = "downsample" in child_path.split(".")
            if isinstance(child, nn.Conv2d | nn.Linear) and not shortcut:
                self._position += 1
            kind = _kind(name, child, shortcut, first=self._position == 1)
            if child is self._head:
                kind = "head"  # those before it in VGG and AlexNet have no feature maps to look at
            if kind is not None:
                yield Tap(child_path, kind, self._position)


def _kind(name: str, module: nn.Module, shortcut: bool, first: bool) -> TapKind | None:
    if isinstance(module, nn.Conv2d):
        return "shortcut" if shortcut else "stem" if first else "conv"
    if isinstance(module, ZooBlock) or name.startswith("denseblock"):
        return "block"
    # VGG and AlexNet number their parts, and a pooling ends each stage.
    if re.fullmatch(r"layer\d", name) or (isinstance(module, nn.MaxPool2d) and name.isdecimal()):
        return "stage"
    return None
