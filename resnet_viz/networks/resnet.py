"""Facts of plain and residual networks, which are one family; `residual` builds them.

A network of depth 6n+2 (9n+2 with bottlenecks) has a stem, three stages of n
blocks and a classifier (He et al. 2015 §4.2, arXiv:1512.03385). Each block is α F(x) + shortcut(x):
``branch_scale`` is a fixed α, 1 in the paper; ``learned_scale`` makes it a parameter of each block
that starts at 0 (SkipInit, De & Smith 2020, arXiv:2002.10444 §4; ReZero, Bachlechner et al. 2020,
arXiv:2003.04887; ReZero has no normalisation, which is ``norm``). ``skip_span`` is how many 3×3
convolutions of the basic block one skip connection spans, 2 in the paper.

Shortcuts as in He et al. 2016 §3 and Table 1 (arXiv:1603.05027), which all do worse there than the
identity: ``shortcut_scale`` λ multiplies the shortcut (0.5 with a ``branch_scale`` of 1 or 0.5);
``gate`` has a 1×1 convolution of the block's input, of which g is the sigmoid: the exclusive one
gives g F(x) + (1 − g) shortcut(x), the shortcut-only one F(x) + (1 − g) shortcut(x). ``gate_bias``
is where its bias starts: −6, with which both did best there, where 0 failed for the exclusive one.
Its convolution has a bias and no norm, and where the shape changes (1 − g) multiplies what the
shortcut's type makes of x. ``shortcut="all-projection"`` is the 1×1 convolution of the table.
``shortcut_dropout`` leaves out as much of the shortcut's output, 0.5 in the table, unscaled in
training, so that its expectation is λ = 0.5 as the paper says. ``survival`` is p_L of stochastic
depth (Huang et al. 2016, arXiv:1603.09382 §3): block l of L is kept in a training step with the
probability 1 − (l/L)(1 − p_L), by which its branch is multiplied in tests. A block that is left out
is computed all the same, so its norms see every batch and no time is saved. For draws see `chance`.
Tanh as ``activation`` and ``init="delta-orthogonal"`` are those of Xiao et al. 2018 (arXiv:1806.05393).
"""

from typing import TYPE_CHECKING, Any, Final

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


def survival_of_blocks(network: "NetworkSpec") -> tuple[float, ...]:
    """With what probability a training step has the branch of each block, from the first to the last."""
    blocks = 3 * blocks_per_stage(network)
    return tuple(1 - block / blocks * (1 - network.survival) for block in range(1, blocks + 1))


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
            if network.gate != "none":
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
    return {"shortcut": "none", "init": init} | _OF_SHORTCUTS


_OF_SHORTCUTS: Final[dict[str, Any]] = {
    "learned_scale": False,
    "shortcut_scale": 1.0,
    "gate": "none",
    "gate_bias": -6.0,
    "shortcut_dropout": 0.0,
    "survival": 1.0,
}
"""What a network without shortcuts cannot have; each at the value that changes nothing."""


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
    needy = [name for name, value in _OF_SHORTCUTS.items() if getattr(network, name) != value]
    if needy and network.shortcut == "none":
        raise InvalidSetting(
            "setting_needs_shortcut",
            N_("A plain network has no skip connections, so it has no setting “{field}”; leave it out."),
            field=needy[0],
        )
    if network.gate == "none" and network.gate_bias != _OF_SHORTCUTS["gate_bias"]:
        raise InvalidSetting(
            "bias_needs_gate",
            N_("There is no gate whose bias could start elsewhere; choose a gate or leave the bias out."),
            field="gate_bias",
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
    if is_preactivation(network) and network.activation != "relu":
        raise InvalidSetting(
            "preactivation_needs_relu",
            N_("Pre-activation blocks have ReLU only; choose another block, or leave the activation out."),
            field="activation",
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
            decides=frozenset({"shortcut", *_OF_SHORTCUTS}),
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
        "shortcut_scale",
        "gate",
        "gate_bias",
        "shortcut_dropout",
        "survival",
        "activation",
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
        "half-shortcut": ("shortcut_scale", 0.5),
        "exclusive-gate": ("gate", "exclusive"),
        "shortcut-gate": ("gate", "shortcut-only"),
        "dropout-shortcut": ("shortcut_dropout", 0.5),
        "stochastic-depth": ("survival", 0.5),
        "tanh": ("activation", "tanh"),
        "delta-orthogonal": ("init", "delta-orthogonal"),
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
        "residual+half-shortcut",
        "residual+exclusive-gate",
        "residual+shortcut-gate",
        "residual+dropout-shortcut",
        "residual+learned-scale",
        "residual+stochastic-depth",
    ),
    starts=("he", "pytorch", "zero-last-norm", "delta-orthogonal"),
    twin="plain",
    # Blocks that training steps leave out are no part of the losses that it records.
    apart=frozenset({"survival"}),
    source="resnet_viz.networks.residual_source:residual_source",
    stages=block_stages,
    refuse=_refuse,
)
