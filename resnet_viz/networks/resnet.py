"""Facts of plain and residual networks, which are one family; `residual` builds them.

A network of depth 6n+2 (9n+2 with bottlenecks) has a stem, three stages of n
blocks and a classifier (He et al. 2015 §4.2, arXiv:1512.03385).
"""

from typing import TYPE_CHECKING, Any

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.family import MAX_DEPTH, Depths, Family, Look, Role, Stage

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec

EXPANSION = 4
"""Output channels of a bottleneck block per inner channel."""


def has_bottlenecks(network: "NetworkSpec") -> bool:
    """Whether a block has three convolutions, 1×1, 3×3 and 1×1; else two of 3×3."""
    return "bottleneck" in network.block


def is_preactivation(network: "NetworkSpec") -> bool:
    """Whether normalisation and ReLU stand before each convolution (He et al. 2016)."""
    return network.block.startswith("preactivation")


def blocks_per_stage(network: "NetworkSpec") -> int:
    """n in depth = 6n+2 or 9n+2."""
    return (network.depth - 2) // _layers_per_unit(network)


def _layers_per_unit(network: "NetworkSpec") -> int:
    return 9 if has_bottlenecks(network) else 6


def _depths(network: "NetworkSpec") -> Depths:
    unit = _layers_per_unit(network)
    return Depths(range(unit + 2, MAX_DEPTH + 1, unit), f"{unit}n+2")


def _multiply_adds(network: "NetworkSpec", shape: "DataShape") -> int:
    bottleneck = has_bottlenecks(network)
    channels, px = network.width, shape.px
    total = shape.channels * channels * 9 * px**2
    for stage in range(3):
        width = network.width * 2**stage
        out = width * (EXPANSION if bottleneck else 1)
        for number in range(blocks_per_stage(network)):
            strided = number == 0 and stage > 0
            px = (px + 1) // 2 if strided else px
            if bottleneck:
                per_pixel = channels * width + 9 * width**2 + width * out
            else:
                per_pixel = 9 * channels * width + 9 * width * out
            projects = network.shortcut == "all-projection" or (
                network.shortcut == "projection" and (strided or channels != out)
            )
            total += (per_pixel + (channels * out if projects else 0)) * px**2
            channels = out
    return total + channels * shape.classes


def _stages(network: "NetworkSpec", shape: "DataShape") -> tuple[Stage, ...]:
    layers, expansion = (3, EXPANSION) if has_bottlenecks(network) else (2, 1)
    px = shape.px
    stages = []
    for number in range(3):
        px = (px + 1) // 2 if number else px
        out = network.width * 2**number * expansion
        changes = number > 0 or out != network.width
        stages.append(Stage(out, px, blocks_per_stage(network), layers, network.shortcut != "none", changes))
    return tuple(stages)


def _without_shortcuts(base: "NetworkSpec") -> dict[str, Any]:
    # Blocks that start at zero would silence a network that has nothing beside them.
    return {"shortcut": "none", "init": "he" if base.init == "zero-last-norm" else base.init}


def _with_shortcuts(base: "NetworkSpec") -> dict[str, Any]:
    return {"shortcut": "identity" if base.shortcut == "none" else base.shortcut}


def _refuse(network: "NetworkSpec") -> None:
    if network.init == "zero-last-norm" and network.norm == "none":
        raise InvalidSetting(
            "init_needs_norm",
            N_("Starting the last norm of a block at zero needs a normalisation; choose another start."),
            field="init",
        )
    if network.init == "zero-last-norm" and network.shortcut == "none":
        raise InvalidSetting(
            "init_needs_shortcut",
            N_("A plain network whose last norms start at zero cannot learn; choose another start."),
            field="init",
        )


RESNET = Family(
    name="resnet",
    builder="resnet_viz.networks.residual:ResidualNetwork",
    roles=(
        Role(
            "plain",
            N_("Plain"),
            N_("plain"),
            Look("vermilion", "dash", "circle-open"),
            is_of=lambda network: network.shortcut == "none",
            changes=_without_shortcuts,
            decides=frozenset({"shortcut"}),
        ),
        Role(
            "residual",
            N_("Residual"),
            N_("residual"),
            Look("blue", "solid", "circle"),
            changes=_with_shortcuts,
        ),
    ),
    fields=("width", "block", "shortcut", "norm", "init"),
    depths=_depths,
    multiply_adds=_multiply_adds,
    words={
        "basic": ("block", "basic"),
        "bottleneck": ("block", "bottleneck"),
        "preactivation": ("block", "preactivation"),
        "preactivation-bottleneck": ("block", "preactivation-bottleneck"),
        "identity": ("shortcut", "identity"),
        "projection": ("shortcut", "projection"),
        "all-projection": ("shortcut", "all-projection"),
        "batch": ("norm", "batch"),
        "group": ("norm", "group"),
        "no-norm": ("norm", "none"),
    },
    offered=(
        "plain",
        "residual",
        "residual+projection",
        "residual+all-projection",
        "plain+preactivation",
        "residual+preactivation",
        "plain+bottleneck",
        "residual+bottleneck",
        "plain+group",
        "residual+group",
        "plain+no-norm",
        "residual+no-norm",
    ),
    starts=("he", "pytorch", "zero-last-norm"),
    twin="plain",
    source="resnet_viz.networks.residual_source:residual_source",
    stages=_stages,
    refuse=_refuse,
)
