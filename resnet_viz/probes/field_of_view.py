"""Which pixels of an image one pixel of a layer depends on, by its gradient.

The effective receptive field of Luo et al. 2016 (arXiv:1701.04128): the gradient of the output's middle
pixel, summed over its channels, with respect to the image. Of one image and one network, not their mean.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, fx, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.trace import graph_of, names_of


class _Watched(fx.Interpreter):
    """Runs the graph and keeps what one node put out."""

    def __init__(self, module: fx.GraphModule, watched: fx.Node) -> None:
        super().__init__(module)
        self._watched = watched
        self.seen: Tensor | None = None

    def run_node(self, node: fx.Node) -> Any:
        result = super().run_node(node)
        if node is self._watched:
            self.seen = result
        return result


def field_of_view(network: nn.Module, image: Tensor, operation: str) -> npt.NDArray[np.float32]:
    """|gradient| [H, W], summed over the channels of ``image`` float32 [1, C, H, W].

    Args:
        network: is put into evaluation mode.
        operation: as an `Architecture` calls it. Of feature maps the pixel in the middle is taken, of a
            vector the sum.

    Raises:
        InvalidSetting: there is no such operation.
    """
    module = graph_of(network)
    nodes = {name: node for node, name in names_of(module, module.graph).items()}
    if operation not in nodes:
        raise InvalidSetting(
            "unknown_operation",
            N_("This network has no operation {operation}."),
            field="operation",
            operation=operation[:200],
        )
    watched = _Watched(module, nodes[operation])
    x = image.detach().clone().requires_grad_()
    with torch.enable_grad():
        watched.run(x)
        assert watched.seen is not None
        output = watched.seen
        if output.dim() == 4:
            output = output[..., output.shape[-2] // 2, output.shape[-1] // 2]
        (gradient,) = torch.autograd.grad(output.sum(), x)
    shown: npt.NDArray[np.float32] = gradient[0].abs().sum(0).numpy()
    return shown
