"""One image's way through some blocks of a network, and the gradient's way back through them.

Forward, a block makes y = F(x) + x and, in networks where a ReLU follows the addition, x′ = ReLU(y).
Backward, with g = ∂z/∂y of a logit z, ∂z/∂x = g · 1 + g · ∂F/∂x (He et al. 2016, arXiv:1603.05027, eq. 5):
both terms are measured, each with the other path cut. Everything is computed in double precision, so that
a finite difference can check it.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock

Doubles = npt.NDArray[np.float64]

_STEP: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class BlockWalk:
    """One block; all maps [C, h, w], the gradients those of the logit.

    Attributes:
        name: path of the block.
        input: x.
        branch: F(x), as it is added: times the block's scale where it has one.
        skip: what the skip connection makes of x, mostly x itself; zeros where there is none.
        sum: y, their sum.
        output: what the next block gets.
        from_skip: the part of ∂z/∂x that comes past the branch; zeros without a skip connection.
        from_branch: the part that comes through it, g · ∂F/∂x.
        input_gradient: ∂z/∂x of the whole network, not put together from the parts.
        sum_gradient: g = ∂z/∂y.
        output_gradient: ∂z/∂x′.
        has_skip: whether x is added.
        rectifies: whether a ReLU follows the sum.
    """

    name: str
    input: Doubles
    branch: Doubles
    skip: Doubles
    sum: Doubles
    output: Doubles
    from_skip: Doubles
    from_branch: Doubles
    input_gradient: Doubles
    sum_gradient: Doubles
    output_gradient: Doubles
    has_skip: bool
    rectifies: bool


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """An image on its way through ``blocks``, and what follows them.

    Attributes:
        logits: of all classes, [classes].
        gradient: ∂z/∂x of one value of the first block's input, where it is largest.
        difference: the same as a central difference: the whole network with that value a little larger and
            smaller.
        further: how many blocks follow.
    """

    blocks: tuple[BlockWalk, ...]
    logits: Doubles
    gradient: float
    difference: float
    further: int


def walk(network: nn.Module, image: Tensor, target: int, names: Sequence[str] = ()) -> Walk:
    """Measure a copy of ``network`` in evaluation mode.

    Args:
        image: float [C, H, W], normalised.
        target: the class whose logit z is differentiated.
        names: paths of blocks in their order; by default the first two.

    Raises:
        InvalidSetting: there are no such blocks, or there is no such class, or something else than a ReLU
            follows the sum.
    """
    network = deepcopy(network).double().eval()
    images = image.detach().double()[None].requires_grad_()
    blocks = _blocks(network, names)
    ends: dict[str, tuple[Tensor, Tensor]] = {}

    def keep(name: str, x: Tensor, output: Tensor) -> None:
        ends[name] = (x, output)

    for name, block in blocks.items():
        block.register_forward_hook(lambda _block, inputs, output, name=name: keep(name, inputs[0], output))
    with torch.enable_grad():
        logits: Tensor = network(images)[0]
        if not 0 <= target < len(logits):
            raise InvalidSetting(
                "no_such_class",
                N_("There are {count} classes, numbered from 0."),
                field="target",
                count=len(logits),
            )
        reached = [tensor for pair in ends.values() for tensor in pair]
        gradients = iter(torch.autograd.grad(logits[target], reached))
        walked = tuple(
            _walked(name, blocks[name], *pair, next(gradients), next(gradients))
            for name, pair in ends.items()
        )
    every = block_names(network)
    first = walked[0]
    place = np.unravel_index(np.abs(first.input_gradient).argmax(), first.input_gradient.shape)
    return Walk(
        walked,
        _numbers(logits),
        float(first.input_gradient[place]),
        _difference(network, images.detach(), target, blocks[first.name], tuple(map(int, place))),
        len(every) - 1 - every.index(walked[-1].name),
    )


def _walked(
    name: str, block: AddingBlock, x: Tensor, output: Tensor, at_input: Tensor, at_output: Tensor
) -> BlockWalk:
    """Go through ``block`` again with an input for each path, so that each has its own gradient."""
    for_branch, for_skip = x.detach().requires_grad_(), x.detach().requires_grad_()
    branch = block.branch(for_branch)
    total = block.add(branch, for_skip)
    skip = block.add(torch.zeros_like(branch), for_skip)
    end = block.relu(total)
    wanted = (total, for_branch, for_skip)
    at_sum, by_branch, by_skip = torch.autograd.grad(end, wanted, at_output, allow_unused=True)
    return BlockWalk(
        name=name,
        input=_numbers(x[0]),
        branch=_numbers((total - skip)[0]),
        skip=_numbers(skip[0]),
        sum=_numbers(total[0]),
        output=_numbers(output[0]),
        from_skip=_numbers((torch.zeros_like(x) if by_skip is None else by_skip)[0]),
        from_branch=_numbers(by_branch[0]),
        input_gradient=_numbers(at_input[0]),
        sum_gradient=_numbers(at_sum[0]),
        output_gradient=_numbers(at_output[0]),
        has_skip=by_skip is not None,
        rectifies=isinstance(block.relu, nn.ReLU),
    )


@torch.no_grad()
def _difference(
    network: nn.Module, images: Tensor, target: int, block: nn.Module, place: tuple[int, ...]
) -> float:
    """By how much the logit changes with the value at ``place`` of the block's input, per unit."""
    logits = []
    for by in (_STEP, -_STEP):

        def moved(_block: nn.Module, inputs: tuple[Any, ...], by: float = by) -> Tensor:
            x: Tensor = inputs[0].clone()
            x[0][place] += by
            return x

        hook = block.register_forward_pre_hook(moved)
        logits.append(float(network(images)[0, target]))
        hook.remove()
    return (logits[0] - logits[1]) / (2 * _STEP)


def _blocks(network: nn.Module, names: Sequence[str]) -> dict[str, AddingBlock]:
    every = block_names(network)
    if not every:
        raise InvalidSetting(
            "no_blocks", N_("This network has no blocks with an addition; choose a residual or plain one.")
        )
    found = {}
    for name in names or every[:2]:
        block = network.get_submodule(name) if name in every else None
        if not isinstance(block, AddingBlock):
            raise InvalidSetting(
                "tap_not_block",
                N_("{tap} is not a block; choose one of the blocks."),
                field="blocks",
                tap=name[:60],
            )
        if isinstance(block.relu, nn.Tanh):
            raise InvalidSetting(
                "walk_needs_relu",
                N_("Only networks with ReLU can be followed step by step; this one has another activation."),
            )
        found[name] = block
    return found


def block_names(network: nn.Module) -> list[str]:
    """Paths of the blocks with an addition, in the order of the forward pass."""
    return [name for name, module in network.named_modules() if isinstance(module, AddingBlock)]


def _numbers(values: Tensor) -> Doubles:
    result: Doubles = values.detach().cpu().contiguous().numpy()
    return result
