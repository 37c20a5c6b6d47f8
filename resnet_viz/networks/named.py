"""One network by its name, as the command line and links write it: ``residual-20``, ``vgg-16+width=32``.

Nothing here imports torch.
"""

from typing import Final

from resnet_viz.networks.families import NetworkType, named_network
from resnet_viz.specs import NetworkSpec

USUAL_DEPTH: Final = 32
"""Of a network that is named without a depth; or the nearest that exists."""


def network_named(text: str, base: NetworkSpec | None = None) -> NetworkSpec:
    """The network called ``text``; what the name leaves open is as in ``base``, else as in the paper.

    Raises:
        InvalidSetting: there is no such network type, or not of that depth.
    """
    kind, depth = named_network(text)
    return of_type(kind, depth, base)


def of_type(kind: NetworkType, depth: int | None, base: NetworkSpec | None = None) -> NetworkSpec:
    """The network of ``kind`` with ``depth`` layers, without one `USUAL_DEPTH`; raises `InvalidSetting`."""
    base = base or NetworkSpec()
    return kind.network(base, kind.depths(base).nearest(USUAL_DEPTH) if depth is None else depth)
