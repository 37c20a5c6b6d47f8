"""Networks whose stages and blocks a test walks through."""

from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.specs import DataShape, NetworkSpec


def build_residual(spec: NetworkSpec, shape: DataShape, seed: int) -> ResidualNetwork:
    """As `build`, for plain and residual networks."""
    network = build(spec, shape, seed)
    assert isinstance(network, ResidualNetwork)
    return network
