"""Training goes on for a few steps with a network that was changed."""

from collections.abc import Generator
from typing import Final

import torch
from torch import Tensor, nn

from resnet_viz.data.batches import BatchOrder
from resnet_viz.lab.questions.identity_blocks import BATCH
from resnet_viz.training.batch_statistics import IMAGES, has_statistics, reestimated

LEARNING_RATE: Final = 0.02


def go_on_training(
    network: nn.Module, images: Tensor, labels: Tensor, *, steps: int, seed: int
) -> Generator[int]:
    """Train all weights of ``network`` in place; yield the number of steps done, after each.

    SGD with momentum 0.9 on batches of `BATCH` images. At the end the statistics of batch normalisation
    are those of training images, as before every evaluation.

    Args:
        images: training images float [N, C, H, W], normalised.
        labels: int64 [N].
    """
    network.requires_grad_(True).train()
    optimizer = torch.optim.SGD(network.parameters(), LEARNING_RATE, momentum=0.9)
    order = BatchOrder(len(images), BATCH, seed)
    for step in range(1, steps + 1):
        chosen = order.next().indices
        with torch.enable_grad():
            loss = nn.functional.cross_entropy(network(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
        optimizer.step()
        if step == steps:
            _settle(network, images)
        yield step


def _settle(network: nn.Module, images: Tensor) -> None:
    network.requires_grad_(False).eval()
    if has_statistics(network):
        network.load_state_dict(network.state_dict() | reestimated(network, images[:IMAGES]))
        network.eval()
