"""AlexNet for small images: `stacked` builds it.

Krizhevsky et al. 2012 (NIPS 25) §3.5 with the channels of Krizhevsky 2014 (arXiv:1404.5997),
which are torchvision's: convolutions of w, 3w, 6w, 4w and 4w channels, where w is ``width``,
64 in the paper; the first is 11×11 with stride 4, the second 5×5, the others 3×3; max pooling
after the first, the second and the fifth. Depth is always 8, that of the paper's network.

Departures: one linear layer after the convolutions instead of three (so it has 6 layers with
weights), no dropout and no local response normalisation; 2×2 pooling instead of 3×3 with stride
2, the first convolution padded by 5, and batch normalisation unless ``norm`` says otherwise.
Without it, at width 64 and 3 channels, it has 2,472,266 parameters, as implementations for
CIFAR have.
"""

from typing import TYPE_CHECKING, Final

from resnet_viz.locale import N_
from resnet_viz.networks.family import Depths, Family, Look, Role
from resnet_viz.networks.stack import Stack, StackStage, stack_multiply_adds

if TYPE_CHECKING:
    from resnet_viz.specs import NetworkSpec


def alexnet_stack(network: "NetworkSpec") -> Stack:
    """Its stages."""
    width = network.width
    return (
        StackStage((width,), True, kernel=11, stride=4),
        StackStage((3 * width,), True, kernel=5),
        StackStage((6 * width, 4 * width, 4 * width), True),
    )


ALEXNET: Final = Family(
    name="alexnet",
    builder="resnet_viz.networks.stacked:StackedNetwork",
    roles=(Role("alexnet", N_("AlexNet"), N_("AlexNet"), Look("yellow", "dash", "pentagon")),),
    fields=("width", "norm", "init"),
    depths=lambda _network: Depths((8,), "8"),
    multiply_adds=lambda network, shape: stack_multiply_adds(alexnet_stack(network), shape),
    layers=lambda network: network.depth - 2,
    offered=("alexnet",),
    words={"batch": ("norm", "batch"), "group": ("norm", "group"), "no-norm": ("norm", "none")},
    source="resnet_viz.networks.stacked:stacked_source",
)
