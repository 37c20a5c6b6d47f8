"""Facts of DenseNet and DenseNet-BC for small images; `dense` builds them.

Huang et al. 2017 (arXiv:1608.06993) §3 and §4.2: a 3×3 stem, three dense blocks on maps of
full, half and quarter size, and a transition between two blocks: norm, ReLU, 1×1 convolution,
2×2 average pooling. A layer of a block takes the outputs of all earlier ones and adds ``growth``
channels: norm, ReLU, 3×3 (depth 3n+4). DenseNet-BC has a bottleneck of four times the growth
before each 3×3 (depth 6n+4), keeps the share ``compression`` of the channels in a transition,
and has a stem of twice the growth instead of 16 channels. DenseNet (k = 12) is the default.

Departures: no dropout, which the paper has where images are not augmented; pooling rounds up,
so that the maps of 14 px images become 7 and 4 px like those of the other families.
"""

from typing import TYPE_CHECKING, Final

from resnet_viz.locale import N_
from resnet_viz.networks.family import MAX_DEPTH, Depths, Family, Look, Role

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec

BOTTLENECK: Final = 4
"""Channels of the 1×1 convolution of a layer per channel that the layer adds."""

_STEM = 16
_WORDS = {"batch": ("norm", "batch"), "group": ("norm", "group"), "no-norm": ("norm", "none")}


def _has_bottlenecks(network: "NetworkSpec") -> bool:
    return network.family == DENSENET_BC.name


def _unit(network: "NetworkSpec") -> int:
    return 6 if _has_bottlenecks(network) else 3


def _depths(network: "NetworkSpec") -> Depths:
    unit = _unit(network)
    return Depths(range(unit + 4, MAX_DEPTH + 1, unit), f"{unit}n+4")


def _multiply_adds(network: "NetworkSpec", shape: "DataShape") -> int:
    """Layer i of a block takes what came in and i − 1 times the growth."""
    growth, compact = network.growth, _has_bottlenecks(network)
    channels, px = 2 * growth if compact else _STEM, shape.px
    total = 9 * shape.channels * channels * px**2
    for block in range(3):
        if block:
            kept = int(channels * network.compression) if compact else channels
            total += channels * kept * px**2
            channels, px = kept, (px + 1) // 2
        for _layer in range((network.depth - 4) // _unit(network)):
            inner = BOTTLENECK * growth if compact else channels
            total += ((channels * inner if compact else 0) + 9 * inner * growth) * px**2
            channels += growth
    return total + channels * shape.classes


DENSENET: Final = Family(
    name="densenet",
    builder="resnet_viz.networks.dense:DenseNetwork",
    roles=(Role("densenet", N_("DenseNet"), N_("DenseNet"), Look("purple", "dot", "diamond")),),
    fields=("norm", "init", "growth"),
    depths=_depths,
    multiply_adds=_multiply_adds,
    words=_WORDS,
    offered=("densenet",),
    scaled_by="growth",
)
DENSENET_BC: Final = Family(
    name="densenet-bc",
    builder="resnet_viz.networks.dense:DenseNetwork",
    roles=(Role("densenet-bc", N_("DenseNet-BC"), N_("DenseNet-BC"), Look("sky", "dot", "diamond-open")),),
    fields=("norm", "init", "growth", "compression"),
    depths=_depths,
    multiply_adds=_multiply_adds,
    words=_WORDS,
    offered=("densenet-bc",),
    scaled_by="growth",
)
