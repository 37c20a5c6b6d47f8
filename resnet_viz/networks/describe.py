"""What a network consists of: shapes, parameters and multiply-adds per layer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from resnet_viz.architecture.graph import Architecture, Kind, Operation
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.registry import skeleton
from resnet_viz.networks.taps import Tap
from resnet_viz.networks.trace import trace
from resnet_viz.specs import DataShape, NetworkSpec

_LAYERS: Final[frozenset[Kind]] = frozenset({"conv", "linear", "norm", "scale"})


@dataclass(frozen=True, slots=True)
class Layer:
    """One weighted or normalising layer, in the order of the forward pass.

    ``kind`` is the tap's kind (stem, conv, shortcut, head), ``norm``, ``scale`` or ``linear``;
    ``output_shape`` is without the batch. Multiply-adds are those of one image
    in convolutions and the classifier, the convention of He et al. 2015.
    ``memory_bytes`` are what its output takes, ``receptive_field`` the pixels of a
    side that one pixel of it sees, as far as they lie in the image.
    """

    tap: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    memory_bytes: int
    receptive_field: int


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
    return description(trace(network, network.shape.channels, network.shape.px), network.taps)


def description(found: Architecture, taps: Iterable[Tap] = ()) -> Description:
    """The layers of ``found``; ``taps`` of its network say of which kind they are."""
    kinds = {tap.name: str(tap.kind) for tap in taps}
    layers = tuple(
        _layer(operation, kinds.get(operation.name, operation.kind))
        for operation in found.operations
        if operation.kind in _LAYERS and (operation.parameters or operation.kind != "scale")
    )
    return Description(found.parameters, found.multiply_adds, layers)


def architecture(spec: NetworkSpec, shape: DataShape) -> Architecture:
    """Every operation of the network of ``spec`` for data of ``shape``."""
    return trace(skeleton(spec, shape), shape.channels, shape.px)


def _layer(operation: Operation, kind: str) -> Layer:
    return Layer(
        operation.name,
        kind,
        operation.output_shape,
        operation.parameters,
        operation.multiply_adds,
        operation.output_bytes,
        operation.field.size,
    )
