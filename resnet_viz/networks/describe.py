"""What a network consists of: shapes, parameters and multiply-adds per layer."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resnet_viz.networks.adding_block import LearnedScale
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.registry import skeleton
from resnet_viz.specs import DataShape, NetworkSpec


@dataclass(frozen=True, slots=True)
class Layer:
    """One weighted or normalising layer, in the order of the forward pass.

    ``kind`` is the tap's kind (stem, conv, shortcut, head), ``norm`` or ``scale``;
    ``output_shape`` is without the batch. Multiply-adds are those of one image
    in convolutions and the classifier, the convention of He et al. 2015.
    """

    tap: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int


@dataclass(frozen=True, slots=True)
class Description:
    """All layers of a network and their sums."""

    parameters: int
    multiply_adds: int
    layers: tuple[Layer, ...]


def describe(spec: NetworkSpec, shape: DataShape) -> Description:
    """Count the network of ``spec`` for data of ``shape``, without memory for its weights or activations."""
    return describe_network(skeleton(spec, shape))


def describe_network(network: BuiltNetwork) -> Description:
    """Count ``network``, which must be on the meta device."""
    kinds: dict[str, str] = {tap.name: tap.kind for tap in network.taps}
    layers: list[Layer] = []

    def count(name: str, module: nn.Module, output: Tensor) -> None:
        shape = tuple(output.shape[1:])
        work = 0
        if isinstance(module, nn.Conv2d | nn.Linear):
            work = module.weight[0].numel() * output.numel()
        own = sum(parameter.numel() for parameter in module.parameters())
        other = "scale" if isinstance(module, LearnedScale) else "norm"
        layers.append(Layer(name, kinds.get(name, other), shape, own, work))

    hooks = [
        module.register_forward_hook(lambda module, _, output, name=name: count(name, module, output))
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d | nn.GroupNorm | LearnedScale)
    ]
    try:
        shape = network.shape
        network.eval()
        network(torch.empty(1, shape.channels, shape.px, shape.px, device="meta"))
    finally:
        for hook in hooks:
            hook.remove()
    return Description(
        sum(layer.parameters for layer in layers), sum(layer.multiply_adds for layer in layers), tuple(layers)
    )
