"""Facts of plain and residual networks, which are one family; `residual` builds them.

A network of depth 6n+2 (9n+2 with bottlenecks) has a stem, three stages of n
blocks and a classifier (He et al. 2015 §4.2, arXiv:1512.03385).
"""

from typing import TYPE_CHECKING, Any

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.family import MAX_DEPTH, Depths, Family, Look, Role, Stage

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec, Shortcut

EXPANSION = 4
"""Output channels of a bottleneck block per inner channel."""


def has_groups(network: "NetworkSpec") -> bool:
    """Whether the 3×3 convolutions are in groups: those of `resnext`."""
    return network.family == "resnext"


def has_bottlenecks(network: "NetworkSpec") -> bool:
    """Whether a block has three convolutions, 1×1, 3×3 and 1×1; else two of 3×3."""
    return "bottleneck" in network.block or has_groups(network)


def is_preactivation(network: "NetworkSpec") -> bool:
    """Whether normalisation and ReLU stand before each convolution (He et al. 2016)."""
    return network.block.startswith("preactivation")


def shortcut_of(network: "NetworkSpec") -> "Shortcut":
    """The kind of its shortcuts; grouped networks have option B."""
    return "projection" if has_groups(network) else network.shortcut


def inner_channels(network: "NetworkSpec", stage: int) -> int:
    """Channels between the convolutions of a block of stage 1, 2 or 3."""
    first = network.cardinality * network.base_width if has_groups(network) else network.width
    return int(first * 2 ** (stage - 1))


def out_channels(network: "NetworkSpec", stage: int) -> int:
    """Channels of the output of stage 1, 2 or 3."""
    return int(network.width * 2 ** (stage - 1)) * (EXPANSION if has_bottlenecks(network) else 1)


def strided_convolution(network: "NetworkSpec") -> int:
    """Which convolution of a stage's first block has the stride: the first, in grouped networks the 3×3."""
    return 2 if has_groups(network) else 1


def blocks_per_stage(network: "NetworkSpec") -> int:
    """n in depth = 6n+2 or 9n+2."""
    return (network.depth - 2) // _layers_per_unit(network)


def _layers_per_unit(network: "NetworkSpec") -> int:
    return 9 if has_bottlenecks(network) else 6


def block_depths(network: "NetworkSpec") -> Depths:
    """6n+2, or 9n+2 with bottlenecks."""
    unit = _layers_per_unit(network)
    return Depths(range(unit + 2, MAX_DEPTH + 1, unit), f"{unit}n+2")


def block_multiply_adds(network: "NetworkSpec", shape: "DataShape") -> int:
    """Stem, blocks with what their shortcuts compute, and classifier."""
    bottleneck, groups = has_bottlenecks(network), network.cardinality if has_groups(network) else 1
    shortcut = shortcut_of(network)
    channels, px = network.width, shape.px
    total = shape.channels * channels * 9 * px**2
    for stage in (1, 2, 3):
        inner, out = inner_channels(network, stage), out_channels(network, stage)
        for number in range(blocks_per_stage(network)):
            strided = number == 0 and stage > 1
            before, px = px, (px + 1) // 2 if strided else px
            first_px = before if strided_convolution(network) > 1 else px
            if bottleneck:
                total += channels * inner * first_px**2
                total += (9 * inner**2 // groups + inner * out) * px**2
            else:
                total += (9 * channels * inner + 9 * inner * out) * px**2
            if shortcut == "all-projection" or (shortcut == "projection" and (strided or channels != out)):
                total += channels * out * px**2
            channels = out
    return total + channels * shape.classes


def block_stages(network: "NetworkSpec", shape: "DataShape") -> tuple[Stage, ...]:
    """The three stages, for a drawing."""
    px = shape.px
    stages = []
    for number in (1, 2, 3):
        px = (px + 1) // 2 if number > 1 else px
        out = out_channels(network, number)
        changes = number > 1 or out != network.width
        layers = 3 if has_bottlenecks(network) else 2
        skips = shortcut_of(network) != "none"
        stages.append(Stage(out, px, blocks_per_stage(network), layers, skips, changes))
    return tuple(stages)


def _without_shortcuts(base: "NetworkSpec") -> dict[str, Any]:
    # Blocks that start at zero would silence a network that has nothing beside them.
    return {"shortcut": "none", "init": "he" if base.init == "zero-last-norm" else base.init}


def _with_shortcuts(base: "NetworkSpec") -> dict[str, Any]:
    return {"shortcut": "identity" if base.shortcut == "none" else base.shortcut}


def refuse_silent_start(network: "NetworkSpec") -> None:
    """Raise `InvalidSetting` where blocks cannot start at zero."""
    if network.init == "zero-last-norm" and network.norm == "none":
        raise InvalidSetting(
            "init_needs_norm",
            N_("Starting the last norm of a block at zero needs a normalisation; choose another start."),
            field="init",
        )
    if network.init == "zero-last-norm" and shortcut_of(network) == "none":
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
    depths=block_depths,
    multiply_adds=block_multiply_adds,
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
    stages=block_stages,
    refuse=refuse_silent_start,
)
