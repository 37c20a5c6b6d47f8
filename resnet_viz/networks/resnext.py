"""Facts of ResNeXt for small images: residual bottlenecks with grouped 3×3 convolutions.

Xie et al. 2017 (arXiv:1611.05431) §5.2 and Fig. 3c, the form for CIFAR of depth 9n+2:
1×1, then 3×3 in ``cardinality`` groups of ``base_width`` channels, then 1×1, with the
stride at the 3×3 and projections where the shape changes (option B). Group widths double
from stage to stage; ``width`` is that of the stem, a quarter of the first stage's output.
`residual` builds them. ResNeXt-29, 8×64d, is depth 29, width 64, cardinality 8, base width 64.

Departures: none in the network. The default, 8×4d at width 16, keeps the ratio of inner to
outer channels of the paper's 32×4d on ImageNet (one half), not that of its CIFAR networks.
"""

from typing import Final

from resnet_viz.locale import N_
from resnet_viz.networks.family import Family, Look, Role
from resnet_viz.networks.resnet import (
    block_depths,
    block_multiply_adds,
    block_stages,
    refuse_silent_start,
)

RESNEXT: Final = Family(
    name="resnext",
    builder="resnet_viz.networks.residual:ResidualNetwork",
    roles=(Role("resnext", N_("ResNeXt"), N_("ResNeXt"), Look("green", "dashdot", "square")),),
    fields=("width", "norm", "init", "cardinality", "base_width"),
    depths=block_depths,
    multiply_adds=block_multiply_adds,
    offered=("resnext",),
    words={
        "batch": ("norm", "batch"),
        "group": ("norm", "group"),
        "no-norm": ("norm", "none"),
    },
    starts=("he", "pytorch", "zero-last-norm"),
    source="resnet_viz.networks.residual_source:residual_source",
    stages=block_stages,
    refuse=refuse_silent_start,
)
