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


class AddingBlock(nn.Module):
    """A block whose output is ``relu(add(branch(x), x))``.

    ``add`` of zeros is what its shortcut makes of x; zeros where it has none.
    """

    relu: nn.Module

    @abstractmethod
    def branch(self, x: Tensor) -> Tensor:
        """F(x), before the addition."""

    @abstractmethod
    def add(self, branch: Tensor, x: Tensor) -> Tensor:
        """The sum, before the last non-linearity."""
