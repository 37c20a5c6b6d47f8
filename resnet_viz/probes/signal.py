"""How large the signal is after every block, and the gradient on its way back.

A residual network without normalisation multiplies its branches by L^−β, L being the number of its
blocks. For β < ½ the signal explodes with depth, for β > ½ the network is nearly the identity; only
β = ½ is neither (Marion et al. 2025, arXiv:2206.06929, abstract; Hayou et al. 2021, arXiv:2010.12859).
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
class Signal:
    """One value at the input of the first block and one at the output of each block.

    Both are such that shortcuts which pass on, subsample or pad leave them alone.

    Attributes:
        blocks: names of the blocks, one fewer than values.
        size: root of the mean over images and pixels of ‖x‖² over channels, float64 [blocks + 1].
        gradient: ‖∂L/∂x‖ over the batch, L the mean cross-entropy, float64 [blocks + 1].
        moved: ‖x − s‖/‖s‖, s being what the shortcuts alone would have made of the first block's input: 0
            where the blocks are the identity; float64 [blocks + 1], NaN without shortcuts.
    """

    blocks: tuple[str, ...]
    size: Doubles
    gradient: Doubles
    moved: Doubles

    @property
    def growth(self) -> Doubles:
        """Size over that at the input of the first block."""
        return np.asarray(self.size / self.size[0])

    @property
    def gradient_growth(self) -> Doubles:
        """Gradient over that at the output of the last block."""
        return np.asarray(self.gradient / self.gradient[-1])


def measure_signal(network: nn.Module, images: Tensor, labels: Tensor) -> Signal:
    """Measure a copy of ``network`` in training mode.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].

    Raises:
        InvalidSetting: the network has no blocks with an addition.
    """
    network = deepcopy(network).train().requires_grad_()
    blocks = {module: name for name, module in network.named_modules() if isinstance(module, AddingBlock)}
    if not blocks:
        raise InvalidSetting(
            "no_blocks", N_("This network has no blocks with an addition; choose a residual or plain one.")
        )
    names: list[str] = []
    points: list[Tensor] = []
    alone: list[Tensor] = []

    def keep(block: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        if not points:
            points.append(inputs[0])
            alone.append(inputs[0].detach())
        assert isinstance(block, AddingBlock)
        names.append(blocks[block])
        points.append(output)
        with torch.no_grad():
            alone.append(block.relu(block.add(torch.zeros_like(output), alone[-1])))

    for block in blocks:
        block.register_forward_hook(keep)
    with torch.enable_grad():
        loss = nn.functional.cross_entropy(network(images), labels)
        gradients = torch.autograd.grad(loss, points)
    size = [point.detach().double().square().sum(1).mean().sqrt() for point in points]
    norms = torch._foreach_norm(list(gradients), 2, dtype=torch.float64)
    moved = [_distance(point.detach(), start) for point, start in zip(points, alone, strict=True)]
    return Signal(tuple(names), torch.stack(size).numpy(), torch.stack(norms).numpy(), np.array(moved))


def _distance(point: Tensor, start: Tensor) -> float:
    length = float(start.double().norm())
    return float((point - start).double().norm()) / length if length else float("nan")


def expected_growth(blocks: int, beta: float) -> Doubles:
    """`Signal.growth` over ``blocks`` blocks with branches times ``blocks`` ** −β, float64 [blocks + 1].

    √(1 + L^−2β) a block: what a wide pre-activation network has at its start (He et al. 2015,
    arXiv:1502.01852, eq. 10) if its stream is symmetric about zero, has one shape throughout and no edges.
    """
    factor = np.sqrt(1 + float(blocks) ** (-2 * beta))
    return np.asarray(factor ** np.arange(blocks + 1))
