"""From a spec to a network."""

from collections.abc import Callable
from importlib import import_module
from typing import cast

import torch

from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.families import family_of
from resnet_viz.networks.initialise import initialise
from resnet_viz.specs import DataShape, NetworkSpec


def skeleton(spec: NetworkSpec, shape: DataShape) -> BuiltNetwork:
    """The network of ``spec`` without memory for its weights (meta device), for counting."""
    module, _, name = family_of(spec).builder.partition(":")
    builder = cast(Callable[[NetworkSpec, DataShape], BuiltNetwork], getattr(import_module(module), name))
    with torch.device("meta"):
        return builder(spec, shape)


def build(spec: NetworkSpec, shape: DataShape, seed: int) -> BuiltNetwork:
    """The network of ``spec`` for data of ``shape`` on the CPU, its weights drawn from ``seed``."""
    network = skeleton(spec, shape).to_empty(device="cpu")
    initialise(network, seed)
    return network
