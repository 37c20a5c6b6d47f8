"""How much variance the branch of each block adds to what the skip connection carries.

With batch normalisation every branch adds about as much variance as the one before, while what the skip
carries grows block by block: the deeper a block, the nearer it is to the identity (De & Smith 2020,
arXiv:2002.10444, §3). Without it, a branch grows with its input.
"""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class BranchVariance:
    """Variances over batch, channels and pixels, one value a block, from the input to the output.

    Attributes:
        blocks: their names.
        stream: of what the skip connection carries, float64 [blocks]; zero without one.
        branch: of what is added to it, with the block's scale where it has one, float64 [blocks].
    """

    blocks: tuple[str, ...]
    stream: Doubles
    branch: Doubles

    @property
    def ratio(self) -> Doubles:
        """Branch over stream, [blocks]; NaN where the skip connection carries nothing that varies."""
        carries = self.stream > 0
        return np.where(carries, self.branch / np.where(carries, self.stream, 1), np.nan)


def measure_branch_variance(network: nn.Module, images: Tensor, training: bool = True) -> BranchVariance:
    """Measure a copy of ``network``; ``training`` normalises with the statistics of ``images``.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.

    Raises:
        InvalidSetting: the network has no blocks with an addition.
    """
    network = deepcopy(network).train(training)
    names = {module: name for name, module in network.named_modules() if isinstance(module, AddingBlock)}
    if not names:
        raise InvalidSetting(
            "no_blocks", N_("This network has no blocks with an addition; choose a residual or plain one.")
        )
    found: dict[str, tuple[float, float]] = {}

    def keep(block: nn.Module, inputs: tuple[Any, ...]) -> None:
        assert isinstance(block, AddingBlock)
        branch = block.branch(inputs[0])
        skip = block.add(torch.zeros_like(branch), inputs[0])
        found[names[block]] = (_variance(skip), _variance(block.add(branch, inputs[0]) - skip))

    for block in names:
        block.register_forward_pre_hook(keep)
    with torch.no_grad():
        network(images)
    stream, branch = np.array(list(found.values())).T
    return BranchVariance(tuple(found), stream, branch)


def _variance(values: Tensor) -> float:
    return float(values.double().var(correction=0))
