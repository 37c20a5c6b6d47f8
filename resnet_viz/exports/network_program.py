"""A network as one file of plain PyTorch that loads our weights, without this project."""

from resnet_viz.networks.source import source_of
from resnet_viz.networks.torchvision_catalogue import IMAGE_PX
from resnet_viz.specs import DataShape, NetworkSpec


def network_program(spec: NetworkSpec, shape: DataShape, parameters: int) -> str:
    """Python source with the class of the network, `load` for weights of a run, and a check of itself.

    ``parameters`` is how many the network has; the check compares.
    """
    source = source_of(spec, shape)
    from_math = "from math import gcd\n" if "gcd(" in source.code else ""
    size = f"{shape.channels}, {shape.px}, {shape.px}"
    images = f"images of {shape.channels} x {shape.px} x {shape.px}"
    return f'''"""{spec.role}-{spec.depth} for {images} and {shape.classes} classes.

Needs torch and, for weights, safetensors. From another program:

    network, normalised = load("weights.safetensors")  # weights of a run, as ResNet Viz exports them
    logits = network(normalised(images))  # uint8 ({"B, " + size}) -> float32 (B, {shape.classes})

Run as a program it checks itself, and with a file of weights prints logits:

    python network.py [weights.safetensors]
"""

import json
import sys
{from_math}
import torch
from torch import nn
from torch.nn import functional as F
{source.code}

def make():
    """The network with PyTorch's own initial weights."""
    return {source.made}


def load(path):
    """The network with the weights in the file, to be evaluated, and what it wants done to its images."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["resnet_viz"])
        weights = {{key: file.get_tensor(key) for key in file.keys() if key.startswith("model.")}}
    network = make()
    network.load_state_dict({{key.removeprefix("model."): value for key, value in weights.items()}})
    mean, std = (torch.tensor(about[key]).view(-1, 1, 1) for key in ("mean", "std"))
    return network.eval(), lambda images: (images.float() / 255 - mean) / std


def check():
    """Every parameter is there and gets a gradient."""
    network = make()
    assert sum(parameter.numel() for parameter in network.parameters()) == {parameters}
    logits = network(torch.rand(2, {size}))
    assert logits.shape == (2, {shape.classes})
    logits.square().sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters())


if __name__ == "__main__":
    check()
    print("{parameters:,} parameters, as they should be")
    if len(sys.argv) > 1:
        network, normalised = load(sys.argv[1])
        images = torch.arange({shape.channels} * {shape.px} * {shape.px}).remainder(256).view(1, {size})
        with torch.inference_mode():
            print(network(normalised(images)).tolist())
'''


def published_program(name: str, parameters: int) -> str:
    """Python source that makes torchvision's network ``name``, with its published weights where wanted."""
    return f'''"""{name} as torchvision defines it, for images of 3 x {IMAGE_PX} x {IMAGE_PX}.

Needs torch and torchvision. ``make(True)`` has the weights that torchvision publishes, and downloads them.

    python network.py
"""

import torch
from torchvision.models import get_model


def make(trained=False):
    """The network; untrained, its weights are random."""
    return get_model("{name}", weights="IMAGENET1K_V1" if trained else None)


if __name__ == "__main__":
    network = make().eval()
    assert sum(parameter.numel() for parameter in network.parameters()) == {parameters}
    with torch.inference_mode():
        assert network(torch.rand(1, 3, {IMAGE_PX}, {IMAGE_PX})).shape == (1, 1000)
    print("{parameters:,} parameters, as they should be")
'''
