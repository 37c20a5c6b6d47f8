"""What "group" normalisation is at a width: at some it is instance, at others layer normalisation."""

from math import gcd

from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence

_INSTANCE = N_("At width {width}, each channel of stage 1 is a group of its own: instance normalisation.")
_LAYER = N_("At width {width}, all channels of stage 1 are one group: layer normalisation.")
_GROUPS = N_("At width {width}, a group has {first}, {second} and {third} channels in stages 1, 2 and 3.")


def group_sizes(width: int) -> tuple[int, int, int]:
    """Channels of a group in each stage, of w, 2w and 4w channels; see `networks.residual`."""
    first, second, third = (channels // gcd(8, channels) for channels in (width, 2 * width, 4 * width))
    return first, second, third


def group_words(width: int) -> Sentence:
    """What the groups of a network of ``width`` are."""
    first, second, third = group_sizes(width)
    if first == 1:
        return sentence(_INSTANCE, width=width)
    if first == width:
        return sentence(_LAYER, width=width)
    return sentence(_GROUPS, width=width, first=first, second=second, third=third)
