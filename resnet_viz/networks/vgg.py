"""VGG for small images: `stacked` builds it.

Simonyan & Zisserman 2015 (arXiv:1409.1556), Table 1, configurations A, B, D and E: five stages
of 3×3 convolutions with 2×2 max pooling after each, at channels w, 2w, 4w, 8w and 8w, where w is
``width``, 64 in the paper. Depth is that of the paper's networks: 11, 13, 16 or 19.

Departures: one linear layer after the convolutions instead of three (so VGG-16 has 14 layers with
weights), and no dropout, as in most implementations for CIFAR; batch normalisation after each
convolution unless ``norm`` says otherwise, and convolutions then have no bias: VGG-16 of width 64
has 14,724,042 parameters (torchvision's ``vgg16_bn`` keeps the biases, which would make it
14,728,266). Without normalisation they have one, as in the paper. Pooling rounds up, see `stack`.
"""

from typing import TYPE_CHECKING, Final

from resnet_viz.locale import N_
from resnet_viz.networks.family import Depths, Family, Look, Role
from resnet_viz.networks.stack import Stack, StackStage, stack_multiply_adds

if TYPE_CHECKING:
    from resnet_viz.specs import NetworkSpec

_CONVOLUTIONS: Final = {
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}


def vgg_stack(network: "NetworkSpec") -> Stack:
    """Its stages."""
    widths = (network.width * factor for factor in (1, 2, 4, 8, 8))
    counts = _CONVOLUTIONS[network.depth]
    return tuple(StackStage((width,) * count, True) for width, count in zip(widths, counts, strict=True))


VGG: Final = Family(
    name="vgg",
    builder="resnet_viz.networks.stacked:StackedNetwork",
    roles=(Role("vgg", N_("VGG"), N_("VGG"), Look("orange", "dashdot", "triangle-up")),),
    fields=("width", "norm", "init"),
    depths=lambda _network: Depths(tuple(_CONVOLUTIONS), ", ".join(map(str, _CONVOLUTIONS))),
    multiply_adds=lambda network, shape: stack_multiply_adds(vgg_stack(network), shape),
    layers=lambda network: network.depth - 2,
    offered=("vgg",),
    words={"batch": ("norm", "batch"), "group": ("norm", "group"), "no-norm": ("norm", "none")},
    source="resnet_viz.networks.stacked:stacked_source",
)
