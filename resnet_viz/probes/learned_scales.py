"""How large the learned scale of every block is: |α| of α F(x) + x (SkipInit, ReZero)."""

import torch
from torch import nn

from resnet_viz.networks.adding_block import LearnedScale


@torch.no_grad()
def measure_scales(network: nn.Module) -> dict[str, float]:
    """|α| by the name of its block, from input to output; empty where no block has one."""
    return {
        name.rpartition(".")[0]: abs(module.weight.item())
        for name, module in network.named_modules()
        if isinstance(module, LearnedScale)
    }
