"""From a spec to a network: one entry per family."""

from collections.abc import Callable

import torch

from resnet_viz.networks.initialise import initialise
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import DataShape, NetworkSpec

FAMILIES: dict[str, Callable[[NetworkSpec, DataShape], ResidualNetwork]] = {"resnet": ResidualNetwork}


def skeleton(spec: NetworkSpec, shape: DataShape) -> ResidualNetwork:
    """The network of ``spec`` without memory for its weights (meta device), for counting."""
    with torch.device("meta"):
        return FAMILIES[spec.family](spec, shape)


def build(spec: NetworkSpec, shape: DataShape, seed: int) -> ResidualNetwork:
    """The network of ``spec`` for data of ``shape`` on the CPU, its weights drawn from ``seed``."""
    network = skeleton(spec, shape).to_empty(device="cpu")
    initialise(network, seed)
    return network
