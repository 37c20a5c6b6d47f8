"""What all built networks have in common, whatever their family."""

from collections.abc import Iterable

from torch import nn

from resnet_viz.networks.taps import Tap
from resnet_viz.specs import DataShape, NetworkSpec


class BuiltNetwork(nn.Module):
    """A network built from a spec for data of a shape: float [B, C, H, W] in, logits [B, classes] out.

    Made by ``(spec, shape)``; weights are whatever torch put there until
    `initialise` sets them. Every non-linearity is a module of its own or works
    out of place, and `taps` come in the order of the forward pass.
    """

    spec: NetworkSpec
    shape: DataShape
    taps: tuple[Tap, ...]

    def last_in_blocks(self) -> Iterable[nn.Parameter]:
        """What starts at zero with ``zero-last-norm``; only families that can start so have any."""
        return ()
