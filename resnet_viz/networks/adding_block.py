"""What blocks with an addition have in common, whoever wrote the network."""

from abc import abstractmethod

import torch
from torch import Tensor, nn


class LearnedScale(nn.Module):
    """One learned number that multiplies a branch; `initialise` sets it to 0."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class Pointwise(nn.Conv2d):
    """A 1×1 convolution of every ``stride``-th pixel, which it picks before it multiplies.

    The same sum as `nn.Conv2d` with a stride. PyTorch 2.15 on CPUs writes beyond
    its memory in that one's backward pass when tensors are channels-last and
    channels are no multiple of eight.
    """

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s))
        down, across = self.stride
        return nn.functional.conv2d(x[:, :, ::down, ::across], self.weight, self.bias)


class Gate(Pointwise):
    """The logits of a gate, one for each value of a block's output; `initialise` sets the bias."""

    def __init__(self, before: int, after: int, stride: int, start: float) -> None:
        super().__init__(before, after, 1, stride)
        self.start = start


class AddingBlock(nn.Module):
    """A block whose output is ``relu(add(branch(x), x))``.

    ``add`` of zeros is what its shortcut makes of x; zeros where it has none.
    """

    relu: nn.Module
    """The last non-linearity: a ReLU unless the spec says otherwise, in pre-activation blocks nothing."""

    @abstractmethod
    def branch(self, x: Tensor) -> Tensor:
        """F(x), before the addition."""

    @abstractmethod
    def add(self, branch: Tensor, x: Tensor) -> Tensor:
        """The sum, before the last non-linearity."""
