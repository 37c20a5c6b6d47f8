"""A small network that has learnt something: 60 steps on bundled pictures, 14 pixels, in a second or two."""

from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import load
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import DataSpec, NetworkSpec
from tests.networks.residuals import build_residual


@cache
def trained() -> tuple[ResidualNetwork, Tensor, Tensor]:
    """The network and 24 test images with their classes, normalised."""
    spec = DataSpec(resolution_px=14)
    data = load(spec, Path("unused"))
    mean, std = data.mean[:, None, None], data.std[:, None, None]
    network = build_residual(NetworkSpec(depth=8, width=8), shape_of(spec), 0)
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    generator = torch.Generator().manual_seed(0)
    for _ in range(60):
        which = torch.randint(len(data.train_labels), (64,), generator=generator)
        images = (data.train_images[which].float() / 255 - mean) / std
        loss = torch.nn.functional.cross_entropy(network(images), data.train_labels[which])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    optimiser.zero_grad()
    return network.eval(), (data.test_images[:24].float() / 255 - mean) / std, data.test_labels[:24]
