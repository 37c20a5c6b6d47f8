"""Plain and residual networks for small images, as one code path.

He et al. 2015 (arXiv:1512.03385) §4.2: a 3×3 stem, three stages of n blocks at
widths w, 2w, 4w on maps of full, half and quarter size, global average pooling
and a linear classifier. The plain network is the same code with
``shortcut="none"``. The pre-activation order is that of He et al. 2016
(arXiv:1603.05027) Fig. 4e, with the first activation shared by both paths.
Grouped networks are those of `resnext`.

Every non-linearity is a module of its own and nothing works in place, so hooks
see each tensor as it was.
"""

from collections.abc import Iterator
from math import gcd

import torch
from torch import Tensor, nn

from resnet_viz.networks.adding_block import AddingBlock, Gate, LearnedScale, Pointwise
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.chance import Kept
from resnet_viz.networks.resnet import (
    blocks_per_stage,
    has_bottlenecks,
    has_groups,
    inner_channels,
    is_preactivation,
    layers_per_block,
    out_channels,
    shortcut_of,
    strided_convolution,
    survival_of_blocks,
)
from resnet_viz.networks.taps import Tap
from resnet_viz.specs import DataShape, NetworkSpec


class PaddedSubsample(nn.Module):
    """Option A: every ``stride``-th pixel, new channels filled with zeros; no parameters."""

    def __init__(self, stride: int, extra_channels: int) -> None:
        super().__init__()
        self.stride = stride
        self.extra_channels = extra_channels

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> (B, C+extra, ceil(H/s), ceil(W/s))
        x = x[:, :, :: self.stride, :: self.stride]
        return nn.functional.pad(x, (0, 0, 0, 0, 0, self.extra_channels))


class Block(AddingBlock):
    """α F(x) + shortcut(x), or α F(x) alone: 3×3 convolutions, or 1×1 – 3×3 – 1×1 (bottleneck).

    Args:
        spec: which block, shortcut and normalisation, and what is done to shortcut and branch.
        in_channels: channels of the input.
        stage: 1, 2 or 3; it says how many channels there are.
        stride: of the first convolution (He et al. 2015, Table 1), of grouped ones the 3×3.
        activate_first: pre-activation blocks only: normalise and rectify the
            input. False for the first block, whose input already is.
        survival: probability with which a training step has the branch.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        in_channels: int,
        stage: int,
        stride: int,
        activate_first: bool,
        survival: float = 1.0,
    ) -> None:
        super().__init__()
        self.preactivation = is_preactivation(spec)
        self.out_channels = out_channels(spec, stage)
        kernels = (1, 3, 1) if has_bottlenecks(spec) else (3,) * layers_per_block(spec)
        inner = inner_channels(spec, stage)
        channels = (in_channels, *[inner] * (len(kernels) - 1), self.out_channels)
        self.depth = len(kernels)
        for i, kernel in enumerate(kernels, start=1):
            before, after = channels[i - 1], channels[i]
            if self.preactivation and (i > 1 or activate_first):
                self.add_module(f"norm{i}", _norm(spec, before))
                self.add_module(f"relu{i}", _activation(spec))
            strides = stride if i == strided_convolution(spec) else 1
            groups = spec.cardinality if has_groups(spec) and kernel == 3 else 1
            self.add_module(f"conv{i}", _conv(spec, before, after, kernel, strides, groups))
            if not self.preactivation:
                self.add_module(f"norm{i}", _norm(spec, after))
                if i < len(kernels):
                    self.add_module(f"relu{i}", _activation(spec))
        self.scale = LearnedScale() if spec.learned_scale else None
        self.branch_scale = spec.branch_scale
        self.kept_branch = Kept(survival, whole=True) if survival < 1 else None
        self.shortcut = _shortcut(spec, in_channels, self.out_channels, stride)
        self.shortcut_scale = spec.shortcut_scale
        self.gates_branch = spec.gate == "exclusive"
        self.gate = None
        if spec.gate != "none":
            self.gate = Gate(in_channels, self.out_channels, stride, spec.gate_bias)
        dropout = spec.shortcut_dropout
        self.kept_shortcut = Kept(1 - dropout, whole=False) if dropout else None
        self.relu = nn.Identity() if self.preactivation else _activation(spec)

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> (B, C', H/s, W/s)
        y: Tensor = self.relu(self.add(self.branch(x), x))
        return y

    def branch(self, x: Tensor) -> Tensor:
        """F(x), before the addition."""
        for i in range(1, self.depth + 1):
            if not self.preactivation:
                x = getattr(self, f"norm{i}")(getattr(self, f"conv{i}")(x))
                if i < self.depth:
                    x = getattr(self, f"relu{i}")(x)
            else:
                if hasattr(self, f"norm{i}"):
                    x = getattr(self, f"relu{i}")(getattr(self, f"norm{i}")(x))
                x = getattr(self, f"conv{i}")(x)
        return x

    def add(self, branch: Tensor, x: Tensor) -> Tensor:
        """α F(x) + shortcut(x), as both are scaled, gated and kept; in a plain network α F(x)."""
        if self.scale is not None:
            branch = self.scale(branch)
        elif self.branch_scale != 1:
            branch = branch * self.branch_scale
        if self.kept_branch is not None:
            branch = self.kept_branch(branch)
        if self.shortcut is None:
            return branch
        skipped: Tensor = self.shortcut(x)
        if self.shortcut_scale != 1:
            skipped = skipped * self.shortcut_scale
        if self.gate is not None:
            gate = torch.sigmoid(self.gate(x))
            branch = branch * gate if self.gates_branch else branch
            skipped = skipped * (1 - gate)
        if self.kept_shortcut is not None:
            skipped = self.kept_shortcut(skipped)
        return branch + skipped


class ResidualNetwork(BuiltNetwork):
    """A stem, three stages of blocks and a classifier; ``shortcut="none"`` is the plain network."""

    stage1: nn.Sequential
    stage2: nn.Sequential
    stage3: nn.Sequential

    def __init__(self, spec: NetworkSpec, shape: DataShape) -> None:
        super().__init__()
        self.spec = spec
        self.shape = shape
        preactivation = is_preactivation(spec)
        self.stem = _conv(spec, shape.channels, spec.width, 3, 1)
        self.stem_norm = _norm(spec, spec.width)
        self.stem_relu = _activation(spec)
        channels = spec.width
        survivals = iter(survival_of_blocks(spec))
        for stage in (1, 2, 3):
            blocks = nn.Sequential()
            for number in range(1, blocks_per_stage(spec) + 1):
                first = number == 1
                block = Block(
                    spec,
                    channels,
                    stage,
                    stride=2 if first and stage > 1 else 1,
                    activate_first=not (first and stage == 1),
                    survival=next(survivals),
                )
                blocks.add_module(f"block{number}", block)
                channels = block.out_channels
            self.add_module(f"stage{stage}", blocks)
        self.last_norm = _norm(spec, channels) if preactivation else nn.Identity()
        self.last_relu = _activation(spec) if preactivation else nn.Identity()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, shape.classes)
        self.taps = tuple(self._taps())

    def forward(self, x: Tensor) -> Tensor:  # (B, C, H, W) -> logits (B, classes)
        x = self.stem_relu(self.stem_norm(self.stem(x)))
        for stage in self.stages():
            x = stage(x)
        x = self.last_relu(self.last_norm(x))
        logits: Tensor = self.head(torch.flatten(self.pool(x), 1))
        return logits

    def stages(self) -> tuple[nn.Sequential, ...]:
        """The three stages, each a sequence of blocks."""
        return self.stage1, self.stage2, self.stage3

    def last_in_blocks(self) -> Iterator[nn.Parameter]:
        """The scale of the last norm of each block, or where none precedes the addition the convolution."""
        for module in self.modules():
            if isinstance(module, Block):
                kind = "conv" if module.preactivation else "norm"
                yield module.get_parameter(f"{kind}{module.depth}.weight")

    def _taps(self) -> Iterator[Tap]:
        after = not is_preactivation(self.spec) and self.spec.norm != "none"
        position = 1
        yield Tap("stem", "stem", position, "stem_norm" if self.spec.norm != "none" else "stem")
        for stage_name, stage in zip(("stage1", "stage2", "stage3"), self.stages(), strict=True):
            for block_name, block in stage.named_children():
                assert isinstance(block, Block)
                path = f"{stage_name}.{block_name}"
                for i in range(1, block.depth + 1):
                    position += 1
                    yield Tap(f"{path}.conv{i}", "conv", position, f"{path}.{'norm' if after else 'conv'}{i}")
                if isinstance(block.shortcut, nn.Sequential):
                    yield Tap(f"{path}.shortcut.conv", "shortcut", position)
                if block.gate is not None:
                    yield Tap(f"{path}.gate", "shortcut", position)
                yield Tap(path, "block", position)
            yield Tap(stage_name, "stage", position)
        yield Tap("head", "head", position + 1)


def _conv(spec: NetworkSpec, before: int, after: int, kernel: int, stride: int, groups: int = 1) -> nn.Conv2d:
    # A normalisation has its own shift, so a bias is only there without one.
    kind = Pointwise if kernel == 1 and stride > 1 else nn.Conv2d
    return kind(before, after, kernel, stride, padding=kernel // 2, groups=groups, bias=spec.norm == "none")


def _norm(spec: NetworkSpec, channels: int) -> nn.Module:
    match spec.norm:
        case "batch":
            return nn.BatchNorm2d(channels)
        case "group":
            return nn.GroupNorm(gcd(8, channels), channels)
        case "none":
            return nn.Identity()


def _activation(spec: NetworkSpec) -> nn.Module:
    return nn.Tanh() if spec.activation == "tanh" else nn.ReLU()


def _shortcut(spec: NetworkSpec, before: int, after: int, stride: int) -> nn.Module | None:
    same_shape = before == after and stride == 1
    kind = shortcut_of(spec)
    if kind == "none":
        return None
    if kind == "all-projection" or (kind == "projection" and not same_shape):
        projection = nn.Sequential()
        projection.add_module("conv", _conv(spec, before, after, 1, stride))
        if not is_preactivation(spec):
            projection.add_module("norm", _norm(spec, after))
        return projection
    return nn.Identity() if same_shape else PaddedSubsample(stride, after - before)
