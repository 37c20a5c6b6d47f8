"""Networks with weights and statistics as a training leaves them: none where it started."""

import torch
from torch import Tensor, nn

from resnet_viz.networks.adding_block import LearnedScale
from resnet_viz.networks.residual import ResidualNetwork


def as_if_trained(network: ResidualNetwork) -> ResidualNetwork:
    """Every weight and statistic away from where it starts."""
    random = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                assert isinstance(module.running_mean, Tensor)
                assert isinstance(module.running_var, Tensor)
                module.weight.uniform_(-1, 2, generator=random)
                module.bias.normal_(0, 0.5, generator=random)
                module.running_mean.normal_(0, 0.5, generator=random)
                module.running_var.uniform_(0.5, 2, generator=random)
            elif isinstance(module, nn.Conv2d) and module.bias is not None:
                module.bias.normal_(0, 0.5, generator=random)
            elif isinstance(module, LearnedScale):
                module.weight.fill_(0.7)
    return network.eval()
