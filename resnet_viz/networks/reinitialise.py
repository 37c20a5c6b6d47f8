"""A network like another, untrained."""

from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.registry import build
from resnet_viz.networks.zoo_network import ZooNetwork

Network = BuiltNetwork | ZooNetwork
"""The networks there are to look into; each has ``taps``."""


def renewed(network: Network, seed: int) -> Network:
    """A new network of the kind of ``network`` on its device, all its weights drawn from ``seed``."""
    device = next(network.parameters()).device
    if isinstance(network, BuiltNetwork):
        return build(network.spec, network.shape, seed).to(device)
    from resnet_viz.networks.torchvision_zoo import build_zoo  # torchvision takes seconds to import

    return build_zoo(network.name, seed).to(device)
