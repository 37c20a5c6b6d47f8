"""The source code of one plain or residual network: only what its spec asks for, nothing configurable."""

from resnet_viz.networks.resnet import (
    blocks_per_stage,
    has_bottlenecks,
    has_groups,
    is_preactivation,
    layers_per_block,
    shortcut_of,
    strided_convolution,
)
from resnet_viz.networks.source import Source, standalone_part
from resnet_viz.specs import DataShape, NetworkSpec

_COUNTS = {1: "one convolution", 2: "two convolutions", 3: "three convolutions"}
_NORMS = {"batch": "nn.BatchNorm2d({0})", "group": "nn.GroupNorm(gcd(8, {0}), {0})"}
_POINTWISE = """

class Pointwise(nn.Conv2d):
    # A 1x1 convolution that picks every stride-th pixel first: PyTorch 2.15 on CPUs
    # corrupts memory in the backward pass of nn.Conv2d's own stride with few channels.

    def forward(self, x):  # (B, C, H, W) -> (B, C', H / stride, W / stride)
        down, across = self.stride
        return nn.functional.conv2d(x[:, :, ::down, ::across], self.weight, self.bias)

"""
_SCALE = """

class Scale(nn.Module):
    # One learned number, 0 at the start: every block begins as its shortcut.

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        return x * self.weight
"""
_PADDED = '''

class PaddedSubsample(nn.Module):
    """Every stride-th pixel, new channels filled with zeros: a shortcut without parameters."""

    def __init__(self, stride, extra_channels):
        super().__init__()
        self.stride = stride
        self.extra_channels = extra_channels

    def forward(self, x):  # (B, C, H, W) -> (B, C + extra, H / stride, W / stride)
        x = x[:, :, :: self.stride, :: self.stride]
        return F.pad(x, (0, 0, 0, 0, 0, self.extra_channels))


def shortcut(before, after, stride):
    if before == after and stride == 1:
        return nn.Identity()
    return PaddedSubsample(stride, after - before)
'''


_RECTIFIED = "network.stage1.block1.relu1 = nn.Identity()  # the stem has rectified its input\n"


def residual_source(spec: NetworkSpec, shape: DataShape) -> Source:
    """``conv``, ``Block`` and ``Network``, with ``torch``, ``nn``, ``F`` and for group norm ``gcd``."""
    draws = spec.survival < 1 or spec.shortcut_dropout > 0
    kept = standalone_part("resnet_viz.networks.chance") if draws else ""
    scale = _SCALE if spec.learned_scale else ""
    code = "".join([_conv(spec), _shortcut(spec), scale, kept, _block(spec), _network(spec, shape)])
    if spec.activation == "tanh":
        code = code.replace("F.relu(", "torch.tanh(")
    return Source(code, "Network()", _RECTIFIED if is_preactivation(spec) else "", draws)


def _norm(spec: NetworkSpec, channels: str) -> str:
    return _NORMS[spec.norm].format(channels)


def _conv(spec: NetworkSpec) -> str:
    bias = spec.norm == "none"
    why = "" if bias else "    # no bias: the norms have a shift of their own\n"
    more, passed = (", groups=1", ", groups=groups") if has_groups(spec) else ("", "")
    if has_bottlenecks(spec) or shortcut_of(spec).endswith("projection") or spec.gate != "none":
        kind = "Pointwise if kernel == 1 and stride > 1 else nn.Conv2d"
        return f"""{_POINTWISE}
def conv(before, after, kernel, stride=1{more}):
{why}    kind = {kind}
    return kind(before, after, kernel, stride, padding=kernel // 2{passed}, bias={bias})
"""
    return f"""

def conv(before, after, kernel, stride=1):
{why}    return nn.Conv2d(before, after, kernel, stride, padding=kernel // 2, bias={bias})
"""


def _shortcut(spec: NetworkSpec) -> str:
    kind = shortcut_of(spec)
    if kind == "none":
        return ""
    if kind == "identity":
        return _PADDED
    same = ""
    if kind == "projection":
        same = "    if before == after and stride == 1:\n        return nn.Identity()\n"
    norm = ""
    if spec.norm != "none" and not is_preactivation(spec):
        norm = f'    projection.add_module("norm", {_norm(spec, "after")})\n'
    return f"""

def shortcut(before, after, stride):
{same}    projection = nn.Sequential()
    projection.add_module("conv", conv(before, after, 1, stride))
{norm}    return projection
"""


def _block(spec: NetworkSpec) -> str:
    bottleneck = has_bottlenecks(spec)
    preactivation = is_preactivation(spec)
    kernels = (1, 3, 1) if bottleneck else (3,) * layers_per_block(spec)
    inner = "inner" if has_groups(spec) else "width"
    channels = ["before", *[inner] * (len(kernels) - 1), "4 * width" if bottleneck else "width"]
    built, run = [], []
    if has_groups(spec):
        built.append(f"inner = {spec.cardinality * spec.base_width} * width // {spec.width}")
    for i, kernel in enumerate(kernels, start=1):
        before, after = channels[i - 1], channels[i]
        strided = ", stride" if i == strided_convolution(spec) else ""
        if has_groups(spec) and kernel == 3:
            strided += f", groups={spec.cardinality}"
        made = f"self.conv{i} = conv({before}, {after}, {kernel}{strided})"
        source = "x" if i == 1 else "y"
        if preactivation:
            normed = source
            if spec.norm != "none":
                optional = " if normalise else nn.Identity()" if i == 1 else ""
                built.append(f"self.norm{i} = {_norm(spec, before)}{optional}")
                normed = f"self.norm{i}({source})"
            built.append(made)
            run.append(f"y = self.conv{i}(F.relu({normed}))")
        else:
            built.append(made)
            value = f"self.conv{i}({source})"
            if spec.norm != "none":
                built.append(f"self.norm{i} = {_norm(spec, after)}")
                value = f"self.norm{i}({value})"
            run.append(f"y = F.relu({value})" if i < len(kernels) else f"y = {value}")
    what, needed, (*steps, total) = _addition(spec, channels[-1])
    built += needed
    run += [*steps, f"return {total}" if preactivation else f"return F.relu({total})"]
    convolutions = "1x1, 3x3 and 1x1 convolutions" if bottleneck else f"{_COUNTS[len(kernels)]} of 3x3"
    return _CLASS.format(
        doc=f"{what}, where F is {convolutions}.",
        more=(", normalise" if preactivation and spec.norm != "none" else "")
        + (", survival" if spec.survival < 1 else ""),
        built=("\n" + " " * 8).join(built),
        run=("\n" + " " * 8).join(run),
    )


def _addition(spec: NetworkSpec, after: str) -> tuple[str, list[str], list[str]]:
    """The sum in words, what it needs, and how it is made of ``y`` and ``x``: statements, then the sum."""
    made: list[str] = []
    run: list[str] = []
    changed: list[str] = []
    branch, skipped = "F(x)", "shortcut(x)"
    if spec.learned_scale:
        made.append("self.scale = Scale()")
        run.append("y = self.scale(y)")
        branch = "a F(x)"
    elif spec.branch_scale != 1:
        run.append(f"y = y * {spec.branch_scale!r}")
        branch = "a F(x)"
    if spec.survival < 1:
        made.append("self.kept_branch = Kept(survival, whole=True)")
        run.append("y = self.kept_branch(y)")
    if shortcut_of(spec) == "none":
        return branch, made, [*run, "y"]
    made.append(f"self.shortcut = shortcut(before, {after}, stride)")
    if spec.shortcut_scale != 1:
        changed.append(f"skipped = skipped * {spec.shortcut_scale!r}")
        skipped = "b shortcut(x)"
    if spec.gate != "none":
        made.append(f"self.gate = Pointwise(before, {after}, 1, stride)")
        changed.append("gate = torch.sigmoid(self.gate(x))")
        if spec.gate == "exclusive":
            changed.append("y = gate * y")
            branch = f"g {branch}"
        changed.append("skipped = (1 - gate) * skipped")
        skipped = f"(1 - g) {skipped}"
    if spec.shortcut_dropout:
        made.append(f"self.kept_shortcut = Kept({1 - spec.shortcut_dropout!r}, whole=False)")
        changed.append("skipped = self.kept_shortcut(skipped)")
    words = f"{branch} + {skipped}"
    if not changed:
        return words, made, [*run, "y + self.shortcut(x)"]
    return words, made, [*run, "skipped = self.shortcut(x)", *changed, "y + skipped"]


_CLASS = '''

class Block(nn.Module):
    """{doc}"""

    def __init__(self, before, width, stride{more}):
        super().__init__()
        {built}

    def forward(self, x):  # (B, C, H, W) -> (B, C', H / stride, W / stride)
        {run}
'''


def _network(spec: NetworkSpec, shape: DataShape) -> str:
    preactivation = is_preactivation(spec)
    normalise = ", normalise=(stage, number) != (1, 1)" if preactivation and spec.norm != "none" else ""
    after = "4 * width" if has_bottlenecks(spec) else "width"
    stem = "self.stem(x)" if spec.norm == "none" else "self.stem_norm(self.stem(x))"
    stem_norm = "" if spec.norm == "none" else f"        self.stem_norm = {_norm(spec, str(spec.width))}\n"
    last_norm, last = "", ""
    if preactivation:
        last = "        x = F.relu(x)\n"
        if spec.norm != "none":
            last_norm = f"        self.last_norm = {_norm(spec, 'channels')}\n"
            last = "        x = F.relu(self.last_norm(x))\n"
    note = "  # the stem has done it for the first block" if normalise else ""
    blocks = blocks_per_stage(spec)
    survival, given = "", ""
    if spec.survival < 1:
        survival = f"""
                index = {blocks} * (stage - 1) + number
                survival = 1 - index / {3 * blocks} * {1 - spec.survival!r}"""
        given = ", survival=survival"
    return f'''

class Network(nn.Module):
    """A stem, three stages of {blocks} blocks and a classifier: {spec.depth} weighted layers."""

    def __init__(self):
        super().__init__()
        self.stem = conv({shape.channels}, {spec.width}, 3)
{stem_norm}        channels = {spec.width}
        for stage in (1, 2, 3):
            width = {spec.width} * 2 ** (stage - 1)
            blocks = nn.Sequential()
            for number in range(1, {blocks + 1}):
                stride = 2 if number == 1 and stage > 1 else 1{survival}
                block = Block(channels, width, stride{normalise}{given}){note}
                blocks.add_module(f"block{{number}}", block)
                channels = {after}
            self.add_module(f"stage{{stage}}", blocks)
{last_norm}        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, {shape.classes})

    def forward(self, x):  # (B, {shape.channels}, {shape.px}, {shape.px}) -> (B, {shape.classes})
        x = F.relu({stem})
        x = self.stage3(self.stage2(self.stage1(x)))
{last}        return self.head(torch.flatten(self.pool(x), 1))
'''
