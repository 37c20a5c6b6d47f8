"""What is said of the costs and benefits of residual networks, each sentence with our numbers beside it.

Claims of the tutorial and of He et al. 2015. Some are counted in the graphs of
networks, one is measured in memory, the others come from the reader's own runs.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from resnet_viz.architecture.graph import Architecture
from resnet_viz.findings import cost_claims, run_claims
from resnet_viz.findings.claim import Claim
from resnet_viz.findings.depth_numbers import DepthFinding
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.specs import DataShape

SHAPE: Final = DataShape(channels=3, px=32, classes=10)
"""Of the networks of ours in `NEEDED`: that of CIFAR-10."""
NEEDED: Final = (
    cost_claims.PLAIN,
    cost_claims.OPTION_A,
    cost_claims.OPTION_B,
    cost_claims.OPTION_C,
    cost_claims.BOTTLENECK,
    cost_claims.ALL_PROJECTION,
    cost_claims.RESNET34,
    cost_claims.RESNET50,
    cost_claims.RESNET152,
    cost_claims.VGG16,
    cost_claims.VGG19,
    cost_claims.DENSENET121,
)
"""Whose architectures are needed, by the names of the command line."""
MEASURED: Final = (cost_claims.PLAIN, cost_claims.OPTION_A)
"""Whose kept memory is measured on this machine."""


def claims(
    architectures: Mapping[str, Architecture],
    *,
    kept_bytes: Mapping[str, int] | None = None,
    races: Sequence[RaceFinding] = (),
    sweeps: Sequence[DepthFinding] = (),
) -> tuple[Claim, ...]:
    """Every claim, checked.

    Args:
        architectures: of all networks in `NEEDED`.
        kept_bytes: of those in `MEASURED`, for one image; None while they have not been measured.
        races: what the reader's own races came to, the latest last.
        sweeps: what their sweeps over depth came to.

    Raises:
        KeyError: an architecture is missing.
    """
    return (
        cost_claims.shortcut_parameters(architectures),
        cost_claims.equal_multiply_adds(architectures),
        cost_claims.resnet34_of_vgg19(architectures),
        cost_claims.resnet152_below_vgg16(architectures),
        cost_claims.projected_bottleneck(architectures),
        cost_claims.densenet_memory(architectures),
        cost_claims.kept_memory(kept_bytes or {}),
        run_claims.faster_convergence(races),
        run_claims.generalisation_gap(races),
        run_claims.hard_when_extreme(sweeps),
    )
