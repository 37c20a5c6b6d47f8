"""The optimiser of a recipe, with a learning rate that can change under a recorded step."""

import torch
from torch import Tensor, nn

from resnet_viz.specs import TrainSpec


def make_optimizer(network: nn.Module, recipe: TrainSpec, device: torch.device) -> torch.optim.Optimizer:
    """That of ``recipe`` for a network that is on ``device``.

    Its learning rate is a tensor (`rate_of`): a recorded step reads what stands there when it is replayed.
    """
    # Kernels of accelerators read a float32; on a CPU float64 gives the bits that a Python float gives.
    dtype = torch.float64 if device.type == "cpu" else torch.float32
    rate = torch.tensor(recipe.learning_rate, dtype=dtype, device=device)
    if recipe.optimizer == "adam":
        return torch.optim.Adam(
            network.parameters(),
            rate,
            weight_decay=recipe.weight_decay,
            fused=True,
            capturable=device.type == "cuda",
        )
    return torch.optim.SGD(
        network.parameters(),
        rate,
        momentum=recipe.momentum,
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def rate_of(optimizer: torch.optim.Optimizer) -> Tensor:
    """The learning rate that the next update reads, a tensor of no dimensions."""
    rate = optimizer.param_groups[0]["lr"]
    assert isinstance(rate, Tensor)
    return rate
