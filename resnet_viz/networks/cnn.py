"""A plain convolutional network of freely chosen depth: `stacked` builds it.

No paper's network, but the usual first one of a course: 3×3 convolutions in three stages at
channels w, 2w and 4w, where w is ``width``, on maps of full, half and quarter size (the widths
and sizes of He et al. 2015 §4.2, arXiv:1512.03385), max pooling between stages instead of
strides, global average pooling, one linear layer. Depth n+1 has n convolutions, shared out over
the stages, the remainder to the first ones. Batch normalisation unless ``norm`` says otherwise.
"""

from typing import TYPE_CHECKING, Final

from resnet_viz.locale import N_
from resnet_viz.networks.family import MAX_DEPTH, Depths, Family, Look, Role
from resnet_viz.networks.stack import Stack, StackStage, stack_multiply_adds

if TYPE_CHECKING:
    from resnet_viz.specs import NetworkSpec


def cnn_stack(network: "NetworkSpec") -> Stack:
    """Its stages; fewer than three where there are fewer convolutions."""
    each, more = divmod(network.depth - 1, 3)
    counts = [count for stage in range(3) if (count := each + (stage < more))]
    return tuple(
        StackStage((network.width * 2**stage,) * count, pools=stage + 1 < len(counts))
        for stage, count in enumerate(counts)
    )


CNN: Final = Family(
    name="cnn",
    builder="resnet_viz.networks.stacked:StackedNetwork",
    roles=(Role("cnn", N_("CNN"), N_("CNN"), Look("brown", "dash", "star")),),
    fields=("width", "norm", "init"),
    depths=lambda _network: Depths(range(2, MAX_DEPTH + 1), "n+1"),
    multiply_adds=lambda network, shape: stack_multiply_adds(cnn_stack(network), shape),
    offered=("cnn",),
    words={"batch": ("norm", "batch"), "group": ("norm", "group"), "no-norm": ("norm", "none")},
    source="resnet_viz.networks.stacked:stacked_source",
)
