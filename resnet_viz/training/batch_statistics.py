"""Means and variances of batch normalisation for a network that is evaluated while it still learns.

The running averages of a training trail behind weights that move fast, most of
all in deep plain networks: plain-32 after 150 steps classifies 25 % of the test
images correctly with them, and 56 % with the statistics of its present weights.
So these are measured anew, on training images, before a network is evaluated or
kept for inspection; what the training has averaged itself stays as it is, and a
resumed run goes on exactly.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

IMAGES = 256
"""Training images that the statistics are taken from.

Measured on plain and residual networks of depth 32 and 56 over 50 to 150 steps:
another 256 images, or eight times as many, move the test accuracy by at most 0.9
points, less than the sampling error of 2,000 test images (1.1 points).
"""


def has_statistics(network: nn.Module) -> bool:
    """Whether ``network`` has anything to re-estimate."""
    return any(isinstance(module, _BatchNorm) for module in network.modules())


def reestimated(network: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """The statistics of ``network`` on ``images`` float32 [N, C, H, W], by buffer name; no trace is left."""
    return left_by(lambda: estimate(network, images), network)


def left_by(estimating: Callable[[], None], network: nn.Module) -> dict[str, Tensor]:
    """The statistics that ``estimating`` leaves in ``network``, which then gets its own back."""
    before = _statistics(network)
    try:
        estimating()
        return _statistics(network)
    finally:
        _put(network, before)


@torch.no_grad()
def estimate(network: nn.Module, images: Tensor) -> None:
    """Replace the statistics of ``network`` by those on ``images``; work that `capture` can record.

    One pass in training mode over all images at once, so each layer sees what the layers before it
    give when they use the same statistics. `torch.optim.swa_utils.update_bn` does the same, and waits
    for the device at every layer.
    """
    layers = [module for module in network.modules() if isinstance(module, _BatchNorm)]
    momenta = [layer.momentum for layer in layers]
    was_training = network.training
    try:
        network.train()
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = 1.0  # the averages become those of this pass
        network(images)
    finally:
        network.train(was_training)
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum


@contextmanager
def replaced(network: nn.Module, statistics: dict[str, Tensor]) -> Generator[None]:
    """``network`` with these ``statistics`` in place of its own."""
    before = _statistics(network)
    _put(network, statistics)
    try:
        yield
    finally:
        _put(network, before)


def _statistics(network: nn.Module) -> dict[str, Tensor]:
    return {
        f"{path}.{name}": buffer.clone()
        for path, module in network.named_modules()
        if isinstance(module, _BatchNorm)
        for name, buffer in module.named_buffers()
    }


@torch.no_grad()
def _put(network: nn.Module, statistics: dict[str, Tensor]) -> None:
    buffers = dict(network.named_buffers())
    for name, value in statistics.items():
        buffers[name].copy_(value)
