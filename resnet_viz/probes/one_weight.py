"""The loss over one single weight, all others as they were trained."""

from collections.abc import Generator, Sequence
from copy import deepcopy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resnet_viz.networks.taps import Tap
from resnet_viz.probes.halves import halves_at


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight of a convolution.

    Attributes:
        layer: path of the convolution.
        index: place in its weight [out, in, height, width].
        value: as trained.
        unit: norm of its filter, the part of the weight that makes the same output channel.
        slope: change of the loss per unit at the trained value, from backpropagation.
    """

    layer: str
    index: tuple[int, ...]
    value: float
    unit: float
    slope: float


def three_layers(network: nn.Module) -> tuple[str, ...]:
    """Paths of the first, a middle and the last convolution of a network with taps."""
    taps: tuple[Tap, ...] = getattr(network, "taps", ())
    layers = [tap.name for tap in taps if tap.kind in ("stem", "conv")]
    return tuple(dict.fromkeys((layers[0], layers[len(layers) // 2], layers[-1])))


def largest_weight(network: nn.Module, layer: str, images: Tensor, labels: Tensor) -> Weight:
    """The weight of ``layer`` that is largest in size, and the slope of the mean cross-entropy there.

    Measured on a copy of ``network`` in evaluation mode.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].
    """
    network = deepcopy(network).eval().requires_grad_(False)
    weight = network.get_submodule(layer).get_parameter("weight")
    index = tuple(int(i) for i in torch.unravel_index(weight.abs().argmax(), weight.shape))
    weight.requires_grad_()
    before, after = halves_at(network, layer)
    with torch.enable_grad():
        loss = nn.functional.cross_entropy(after(before(images)), labels)
        (gradient,) = torch.autograd.grad(loss, weight)
    unit = float(weight.detach()[index[0]].double().norm())
    return Weight(layer, index, float(weight.detach()[index]), unit, float(gradient[index]) * unit)


def weight_losses(
    network: nn.Module, weight: Weight, images: Tensor, labels: Tensor, moves: Sequence[float]
) -> Generator[float]:
    """Mean cross-entropy with ``weight`` moved by each of ``moves``, in its units; one after the other.

    A copy of ``network`` in evaluation mode: batch normalisation keeps the statistics it has.
    """
    network = deepcopy(network).eval().requires_grad_(False)
    moved = network.get_submodule(weight.layer).get_parameter("weight")
    before, after = halves_at(network, weight.layer)
    with torch.inference_mode():
        inputs = before(images)
    for move in moves:
        with torch.inference_mode():
            moved[weight.index] = weight.value + move * weight.unit
            loss = float(nn.functional.cross_entropy(after(inputs), labels))
        yield loss
