"""How the layers of a network respond to images: feature maps, statistics over depth, parts of a block."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.adding_block import AddingBlock
from resnet_viz.probes.evaluating import evaluating

Floats = npt.NDArray[np.float32]

_PIXELS_AT_ONCE = 128 * 32**2


@dataclass(frozen=True, slots=True, eq=False)
class ActivationStatistics:
    """One value for each rectifier, in the order of the forward pass.

    Attributes:
        sites: paths of the `nn.ReLU` modules.
        positions: number of the weighted layer on the main path that feeds each, 1 = stem.
        mean, std: over images, channels and space.
        zero_share: share of values that are exactly zero, 0..1.
        channels: how many there are.
        dead: how many of them are zero everywhere on every image.
    """

    sites: tuple[str, ...]
    positions: npt.NDArray[np.int32]
    mean: Floats
    std: Floats
    zero_share: Floats
    channels: npt.NDArray[np.int32]
    dead: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class BlockParts:
    """The addition in one block for one image, each float32 [C, h, w].

    Attributes:
        input: x, with the channels and size of the input.
        branch: F(x), as it is scaled, gated or kept before it is added.
        shortcut: what the shortcut makes of x; zeros in a plain network.
        sum: F(x) + shortcut, before the non-linearity.
        output: after it.
        is_rectified: whether there is one; pre-activation blocks have none there.
    """

    input: Floats
    branch: Floats
    shortcut: Floats
    sum: Floats
    output: Floats
    is_rectified: bool


def feature_maps(network: nn.Module, image: Tensor, tap: str) -> Floats:
    """What the module at ``tap`` puts out for ``image``, float32 [C, h, w] or, at the head, [classes].

    Args:
        network: on the image's device; measured in evaluation mode and left as it was.
        image: float32 [C, H, W], normalised.

    Raises:
        InvalidSetting: there is no such tap.
    """
    module = _module(network, tap)
    kept: list[Tensor] = []
    with _observed({module: kept.append}), evaluating(network), torch.no_grad():
        network(image[None])
    return _numbers(kept[0][0])


def measure_activations(network: nn.Module, images: Tensor) -> ActivationStatistics:
    """Statistics of every rectifier's output over ``images`` float32 [N, C, H, W].

    Only sums leave the hooks, so memory does not grow with depth. A network
    without rectifier modules gives empty arrays.
    """
    sites = _rectifiers(network)
    sums = {name: _Sums() for name, _ in sites}
    observers = {network.get_submodule(name): sums[name].add for name, _ in sites}
    at_once = max(1, _PIXELS_AT_ONCE // (images.shape[-2] * images.shape[-1]))
    with _observed(observers), evaluating(network), torch.no_grad():
        for part in images.split(at_once):
            network(part)
    found = list(sums.values())
    return ActivationStatistics(
        tuple(name for name, _ in sites),
        np.array([position for _, position in sites], np.int32),
        np.array([one.mean for one in found], np.float32),
        np.array([one.std for one in found], np.float32),
        np.array([one.zeros / max(one.count, 1) for one in found], np.float32),
        np.array([len(one.alive) for one in found], np.int32),
        np.array([int((~one.alive).sum()) for one in found], np.int32),
    )


def block_parts(network: nn.Module, image: Tensor, tap: str) -> BlockParts:
    """x, F(x) and their sum in the block at ``tap`` for ``image`` float32 [C, H, W].

    Raises:
        InvalidSetting: there is no such tap, or it is no block.
    """
    block = _module(network, tap)
    if not isinstance(block, AddingBlock):
        raise InvalidSetting(
            "tap_not_block", N_("{tap} is not a block; choose one of the blocks."), field="tap", tap=tap[:60]
        )
    kept: list[Tensor] = []
    hook = block.register_forward_pre_hook(lambda module, inputs: kept.append(inputs[0]))
    try:
        with evaluating(network), torch.no_grad():
            network(image[None])
            x = kept[0]
            branch = block.branch(x)
            total = block.add(branch, x)
            shortcut = block.add(torch.zeros_like(branch), x)
            output = block.relu(total)
            if not torch.equal(branch + shortcut, total):  # something is done to F(x) on its way
                branch = total - shortcut
    finally:
        hook.remove()
    is_rectified = isinstance(block.relu, nn.ReLU)
    return BlockParts(
        _numbers(x[0]),
        _numbers(branch[0]),
        _numbers(shortcut[0]),
        _numbers(total[0]),
        _numbers(output[0]),
        is_rectified,
    )


class _Sums:
    """Running sums of one site, in double precision on its device."""

    def __init__(self) -> None:
        self.count = 0
        self.zeros = 0
        self.total = 0.0
        self.squares = 0.0
        self.alive = torch.zeros(0, dtype=torch.bool)

    def add(self, output: Tensor) -> None:  # (B, C, h, w) or (B, C)
        # Apple's devices have no double precision.
        values = output.detach().to(torch.float32 if output.device.type == "mps" else torch.float64)
        alive = (values != 0).unflatten(-1, (-1, 1)).flatten(2).any(2).any(0).cpu()
        self.alive = alive if not self.count else self.alive | alive
        self.count += values.numel()
        sums = torch.stack([(values == 0).sum().to(values.dtype), values.sum(), values.square().sum()])
        zeros, total, squares = sums.tolist()
        self.zeros += int(zeros)
        self.total += total
        self.squares += squares

    @property
    def mean(self) -> float:
        return self.total / max(self.count, 1)

    @property
    def std(self) -> float:
        return float(max(self.squares / max(self.count, 1) - self.mean**2, 0.0) ** 0.5)


def _rectifiers(network: nn.Module) -> list[tuple[str, int]]:
    """Paths of the ReLUs and the number of weighted layers of the main path registered before each."""
    position = 0
    sites = []
    for name, module in network.named_modules():
        beside = {"shortcut", "gate", "downsample"} & set(name.split("."))
        if isinstance(module, nn.Conv2d | nn.Linear) and not beside:
            position += 1
        elif isinstance(module, nn.ReLU):
            sites.append((name, position))
    return sites


def _module(network: nn.Module, tap: str) -> nn.Module:
    try:
        module = network.get_submodule(tap)
    except AttributeError:
        module = network
    if module is network:
        raise InvalidSetting(
            "unknown_tap", N_("This network has no layer named {tap}."), field="tap", tap=tap[:60]
        )
    return module


@contextmanager
def _observed(observers: Mapping[nn.Module, Callable[[Tensor], object]]) -> Iterator[None]:
    """Hand each module's output to its observer."""
    hooks = []
    try:
        for module, observe in observers.items():
            hooks.append(
                module.register_forward_hook(
                    lambda module, inputs, output, observe=observe: _told(observe, output)
                )
            )
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _told(observe: Callable[[Tensor], object], output: Tensor) -> None:
    observe(output)  # and nothing is returned: a hook's return value would replace the output


def _numbers(values: Tensor) -> Floats:
    result: Floats = values.detach().float().cpu().contiguous().numpy()
    return result
