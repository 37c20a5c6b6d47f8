"""Networks of `torchvision_catalogue`, built by torchvision. Importing this imports torchvision: seconds."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models import get_model, get_model_weights
from torchvision.models.densenet import DenseNet
from torchvision.models.resnet import BasicBlock, Bottleneck

from resnet_viz.networks.zoo_network import ZooBlock, ZooNetwork

# Weights published before module names could have no dots: denselayer1.norm.1 is now denselayer1.norm1.
_OLD_DENSE_NAME = re.compile(r"(denselayer\d+\.(?:norm|conv))\.(\d)\.")


def build_zoo(name: str, seed: int) -> ZooNetwork:
    """The network ``name`` of torchvision untrained: weights drawn from ``seed`` as its authors do."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _adapted(name, get_model(name, weights=None))


def with_weights(name: str, weights: Mapping[str, Tensor]) -> ZooNetwork:
    """The network ``name`` of torchvision with ``weights`` as torchvision publishes them, in evaluation mode.

    Raises:
        RuntimeError: the weights are not those of this network.
    """
    with torch.device("meta"):
        network = _adapted(name, get_model(name, weights=None))
    renamed = {_OLD_DENSE_NAME.sub(r"\1\2.", key): value for key, value in weights.items()}
    network.load_state_dict(renamed, assign=True)
    return network.eval()


def published(name: str) -> Any:
    """What torchvision says of the weights of ``name``: ``url``, ``transforms()`` and ``meta``."""
    return get_model_weights(name)["IMAGENET1K_V1"]


def _adapted(name: str, original: nn.Module) -> ZooNetwork:
    for path, module in list(original.named_modules()):
        if isinstance(module, BasicBlock | Bottleneck):
            parent, _, own = path.rpartition(".")
            setattr(original.get_submodule(parent), own, _separated(module))
    parts = dict(original.named_children())
    if isinstance(original, DenseNet):
        # Its forward calls these two as functions.
        parts = {
            "features": parts["features"],
            "relu": nn.ReLU(),
            "pool": nn.AdaptiveAvgPool2d(1),
            "classifier": parts["classifier"],
        }
    return ZooNetwork(name, parts)


def _separated(block: nn.Module) -> ZooBlock:
    children = dict(block.named_children())
    numbers = range(1, 1 + sum(key.startswith("conv") for key in children))
    return ZooBlock(
        [children[f"conv{i}"] for i in numbers],
        [children[f"bn{i}"] for i in numbers],
        children.get("downsample"),
    )
