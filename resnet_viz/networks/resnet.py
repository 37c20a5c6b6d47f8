"""Facts of plain and residual networks, which are one family; `residual` builds them.

A network of depth 6n+2 (9n+2 with bottlenecks) has a stem, three stages of n
blocks and a classifier (He et al. 2015 §4.2, arXiv:1512.03385). Each block is α F(x) + shortcut(x):
``branch_scale`` is a fixed α, 1 in the paper; ``learned_scale`` makes it a parameter of each block
that starts at 0 (SkipInit, De & Smith 2020, arXiv:2002.10444 §4; ReZero, Bachlechner et al. 2020,
arXiv:2003.04887; ReZero has no normalisation, which is ``norm``). ``skip_span`` is how many 3×3
convolutions of the basic block one skip connection spans, 2 in the paper.
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


def layers_per_block(network: "NetworkSpec") -> int:
    """Convolutions that a skip connection spans."""
    return 3 if has_bottlenecks(network) else network.skip_span


def blocks_per_stage(network: "NetworkSpec") -> int:
    """n in depth = 6n+2, 9n+2 with bottlenecks."""
    return (network.depth - 2) // (3 * layers_per_block(network))


def block_depths(network: "NetworkSpec") -> Depths:
    """6n+2, or 9n+2 with bottlenecks; of another skip span 3n+2 or 9n+2."""
    unit = 3 * layers_per_block(network)
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
                total += 9 * (channels + (layers_per_block(network) - 1) * inner) * inner * px**2
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
        layers = layers_per_block(network)
        skips = shortcut_of(network) != "none"
        stages.append(Stage(out, px, blocks_per_stage(network), layers, skips, changes))
    return tuple(stages)


def _without_shortcuts(base: "NetworkSpec") -> dict[str, Any]:
    # Blocks that start at zero would silence a network that has nothing beside them.
    init = "he" if base.init == "zero-last-norm" else base.init
    return {"shortcut": "none", "init": init, "learned_scale": False}


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


def _refuse(network: "NetworkSpec") -> None:
    refuse_silent_start(network)
    if network.learned_scale and network.shortcut == "none":
        raise InvalidSetting(
            "scale_needs_shortcut",
            N_(
                "A plain network whose blocks are scaled by 0 at the start cannot learn; leave the scale out."
            ),
            field="learned_scale",
        )
    if network.learned_scale and network.init == "zero-last-norm":
        raise InvalidSetting(
            "zero_twice",
            N_("A block whose last norm and learned scale both start at zero cannot learn; leave one out."),
            field="init",
        )
    if network.learned_scale and network.branch_scale != 1:
        raise InvalidSetting(
            "scale_twice",
            N_("A learned scale starts at 0; leave out the fixed one."),
            field="branch_scale",
        )
    if has_bottlenecks(network) and network.skip_span != 2:
        raise InvalidSetting(
            "span_needs_basic_block",
            N_(
                "A bottleneck block always spans three convolutions; choose the basic block for another span."
            ),
            field="skip_span",
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
            decides=frozenset({"shortcut", "learned_scale"}),
        ),
        Role(
            "residual",
            N_("Residual"),
            N_("residual"),
            Look("blue", "solid", "circle"),
            changes=_with_shortcuts,
        ),
    ),
    fields=(
        "width",
        "block",
        "shortcut",
        "norm",
        "init",
        "branch_scale",
        "learned_scale",
        "skip_span",
    ),
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
        "learned-scale": ("learned_scale", True),
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
    refuse=_refuse,
)
