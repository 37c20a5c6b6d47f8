"""How much each block changes what it gets, over images.

A block makes x′ from its input x; where it has a skip connection, the sum is F(x) + shortcut(x). He et al.
2015 (arXiv:1512.03385) §4.2 conclude from the size of the responses (Fig. 7) that deeper residual networks
modify the signal less. The block influence 1 − cos(x, x′) is that of Men et al. 2024 (arXiv:2403.03853),
here of whole feature maps: one angle per image.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.probes.evaluating import evaluating

Doubles = npt.NDArray[np.float64]

_IMAGES_AT_ONCE: Final = 250


@dataclass(frozen=True, slots=True, eq=False)
class BlockChange:
    """One value for each block, in the order of the forward pass, float64 [blocks].

    NaN stands where something does not exist: what compares F(x) with the shortcut in a block without one,
    what compares x′ with x in a block that changes the shape, and every ratio to something that is 0.

    Attributes:
        blocks: their paths.
        images: how many were measured so far.
        response: standard deviation of F(x) over images, channels and space (the measure of He et al. 2015,
            Fig. 7, of the last layer of a block).
        variance_ratio: Var(F(x)) / Var(shortcut(x)), each over images and space in a channel, then the mean
            over channels.
        branch_ratio: ‖F(x)‖ / ‖shortcut(x)‖, mean over images.
        change: ‖x′ − x‖ / ‖x‖, mean over images.
        influence: 1 − cos(x, x′), mean over images.
    """

    blocks: tuple[str, ...]
    images: int
    response: Doubles
    variance_ratio: Doubles
    branch_ratio: Doubles
    change: Doubles
    influence: Doubles


def measure_block_change(network: nn.Module, images: Tensor) -> Generator[BlockChange]:
    """What the blocks of ``network`` do in evaluation mode; yields after each part of the images.

    F(x) is taken as it is added: after a scale, a gate or stochastic depth.

    Args:
        images: float [N, C, H, W], normalised, on the network's device.

    Raises:
        InvalidSetting: the network has no blocks with an addition.
    """
    blocks = {name: module for name, module in network.named_modules() if isinstance(module, AddingBlock)}
    if not blocks:
        raise InvalidSetting(
            "no_blocks", N_("This network has no blocks with an addition; choose a residual or plain one.")
        )
    sums = {name: _Sums() for name in blocks}
    done = 0
    for part in images.split(_IMAGES_AT_ONCE):
        with evaluating(network), torch.no_grad(), _observed(blocks, sums):
            network(part)
        done += len(part)
        found = [one.found() for one in sums.values()]
        yield BlockChange(tuple(blocks), done, *(np.array(column) for column in zip(*found, strict=True)))


class _Sums:
    """Running sums of one block, in double precision."""

    def __init__(self) -> None:
        self.branch = _Variance()
        self.shortcut = _Variance()
        self.ratios: list[Tensor] = []

    def add(self, x: Tensor, branch: Tensor, shortcut: Tensor, output: Tensor) -> None:
        self.branch.add(branch)
        self.shortcut.add(shortcut)
        ratios = torch.full((3, len(x)), torch.nan, dtype=torch.float64)
        ratios[0] = _norm(branch) / _norm(shortcut)
        if x.shape == output.shape:
            x, output = x.double().flatten(1), output.double().flatten(1)
            ratios[1] = _norm(output - x) / _norm(x)
            # ‖u − v‖² / 2 = 1 − u·v for unit vectors, and loses less where they are nearly the same.
            apart = x / _norm(x)[:, None] - output / _norm(output)[:, None]
            ratios[2] = apart.square().sum(1) / 2
        self.ratios.append(ratios)

    def found(self) -> tuple[float, ...]:
        per_image = torch.cat(self.ratios, 1)
        variances = self.branch.within_channels() / self.shortcut.within_channels()
        ratios = torch.cat([variances[None], per_image.where(per_image.isfinite(), torch.nan).nanmean(1)])
        return self.branch.overall() ** 0.5, *ratios.where(ratios.isfinite(), torch.nan).tolist()


class _Variance:
    """Variance of maps [B, C, h, w], within each channel and over all."""

    def __init__(self) -> None:
        self.count = 0
        self.sums = torch.zeros(2, 1, dtype=torch.float64)

    def add(self, maps: Tensor) -> None:
        values = maps.double().transpose(0, 1).flatten(1)
        self.count += values.shape[1]
        self.sums = self.sums + torch.stack([values.sum(1), values.square().sum(1)])

    def within_channels(self) -> Tensor:
        mean, square = self.sums / self.count
        variance: Tensor = (square - mean.square()).clamp(min=0).mean()
        return variance

    def overall(self) -> float:
        mean, square = self.sums.mean(1) / self.count
        return float((square - mean.square()).clamp(min=0))


def _norm(maps: Tensor) -> Tensor:
    norms: Tensor = maps.double().flatten(1).norm(dim=1)
    return norms


@contextmanager
def _observed(blocks: Mapping[str, AddingBlock], sums: Mapping[str, _Sums]) -> Iterator[None]:
    """Hand x, F(x), shortcut(x) and x′ of each block to its sums."""
    hooks = []
    totals: dict[str, Tensor] = {}
    try:
        for name, block in blocks.items():

            def before(_relu: Any, inputs: tuple[Tensor, ...], name: str = name) -> None:
                totals[name] = inputs[0]

            def after(block: Any, inputs: tuple[Tensor, ...], output: Tensor, name: str = name) -> None:
                total = totals.pop(name)
                shortcut = block.add(torch.zeros_like(total), inputs[0])
                sums[name].add(*(maps.cpu() for maps in (inputs[0], total - shortcut, shortcut, output)))

            hooks += [block.relu.register_forward_pre_hook(before), block.register_forward_hook(after)]
        yield
    finally:
        for hook in hooks:
            hook.remove()
