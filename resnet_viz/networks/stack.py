"""What networks without blocks have in common: convolutions one after the other, in stages.

Each convolution is followed by normalisation and ReLU, stages by 2×2 max pooling where they say
so; then come global average pooling and one linear layer. `stacked` builds them.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape


class StackStage(NamedTuple):
    """Convolutions on maps of one size: output channels of each; kernel and stride of the first.

    All others are 3×3. ``pools``: whether a max pooling follows; it rounds up, so that maps of one
    pixel stay and images of 14 px pass every pooling.
    """

    channels: tuple[int, ...]
    pools: bool
    kernel: int = 3
    stride: int = 1


Stack = tuple[StackStage, ...]


def stack_multiply_adds(stack: Stack, shape: "DataShape") -> int:
    """Of one image in convolutions and classifier."""
    before, px, total = shape.channels, shape.px, 0
    for stage in stack:
        px = -(-px // stage.stride)
        for number, after in enumerate(stage.channels):
            total += before * after * (stage.kernel if number == 0 else 3) ** 2 * px**2
            before = after
        px = (px + 1) // 2 if stage.pools else px
    return total + before * shape.classes
