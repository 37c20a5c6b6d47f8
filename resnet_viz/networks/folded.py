"""A trained residual network as a plain one that computes the same function, without anything added beside.

A convolution and the normalisation after it are one linear map, so they become one convolution. A block's
inner layers get as many more channels as its input x has: 1 at the centre of a kernel and 0 elsewhere (a
Dirac kernel) hands x on, and ReLU lets it pass, as x is the output of a ReLU and never negative. The last
convolution adds it to F(x) by what the shortcut is: a Dirac kernel, or the projection. RepVGG (Ding et al.
2021, arXiv:2101.03697, §3.3) folds its branches so; there a block is one convolution, here it has several.
"""

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.residual import Block, ResidualNetwork
from resnet_viz.networks.resnet import has_groups, is_preactivation, shortcut_of


def folded(network: nn.Module) -> nn.Sequential:
    """The plain network, in evaluation mode, on the CPU, of the same precision; ``network`` stays as it is.

    Weights are folded in double precision.

    Raises:
        InvalidSetting: ``network`` cannot be folded: only basic and bottleneck blocks with a skip connection,
            no gate and batch or no normalisation can.
    """
    if not isinstance(network, ResidualNetwork) or not _can_be_folded(network):
        raise InvalidSetting(
            "not_foldable",
            N_(
                "Only residual networks with a ReLU after each addition, without gates or groups, and with "
                "batch normalisation or none can be folded; choose one of those."
            ),
        )
    dtype = network.head.weight.dtype
    source = without_norms(deepcopy(network).cpu().double())
    assert isinstance(source, ResidualNetwork)
    layers = nn.Sequential(source.stem, nn.ReLU())
    for stage in source.stages():
        for block in stage:
            assert isinstance(block, Block)
            for convolution in _convolutions(block):
                layers.extend([convolution, nn.ReLU()])
    layers.extend([source.pool, nn.Flatten(), source.head])
    return layers.to(dtype).eval().requires_grad_(False)


def without_norms(network: ResidualNetwork) -> ResidualNetwork:
    """A copy whose convolutions do what the batch normalisation after each of them did."""
    copy = deepcopy(network).eval()
    for module in [copy, *copy.modules()]:
        for name, norm in list(module.named_children()):
            if isinstance(norm, nn.BatchNorm2d):
                before = "stem" if name == "stem_norm" else name.replace("norm", "conv")
                convolution = module.get_submodule(before)
                assert isinstance(convolution, nn.Conv2d)
                setattr(module, before, fuse_conv_bn_eval(convolution, norm))
                setattr(module, name, nn.Identity())
    return copy


def _can_be_folded(network: ResidualNetwork) -> bool:
    spec = network.spec
    apart = is_preactivation(spec) or has_groups(spec) or shortcut_of(spec) == "none"
    rectifies = spec.activation == "relu"
    return not apart and rectifies and spec.norm != "group" and spec.gate == "none"


class _Shortcut(NamedTuple):
    """A linear map of each pixel: ``matrix`` [C', C], ``bias`` [C']."""

    matrix: Tensor
    bias: Tensor


def _convolutions(block: Block) -> list[nn.Conv2d]:
    """Those of ``block``, whose norms are folded already, with x carried beside its own channels."""
    own = [block.get_submodule(f"conv{i}") for i in range(1, block.depth + 1)]
    shortcut = _shortcut(block)
    carried = shortcut.matrix.shape[1]
    made = []
    for number, convolution in enumerate(own):
        assert isinstance(convolution, nn.Conv2d)
        first, last = number == 0, number == len(own) - 1
        before, after = convolution.in_channels, convolution.out_channels
        wide = nn.Conv2d(
            before if first else before + carried,
            after if last else after + carried,
            convolution.kernel_size[0],
            convolution.stride[0],
            padding=convolution.padding[0],
            dtype=torch.float64,
        )
        x = slice(0, carried) if first else slice(before, before + carried)  # where x comes in
        centre = convolution.kernel_size[0] // 2
        scale = _branch_scale(block) if last else 1.0
        with torch.no_grad():
            assert wide.bias is not None
            assert convolution.bias is not None
            wide.weight.zero_()
            wide.bias.zero_()
            wide.weight[:after, :before] = convolution.weight * scale
            wide.bias[:after] = convolution.bias * scale
            if last:
                wide.weight[:, x, centre, centre] += shortcut.matrix
                wide.bias += shortcut.bias
            else:
                wide.weight[after:, x, centre, centre] = torch.eye(carried, dtype=torch.float64)
        made.append(wide)
    return made


def _branch_scale(block: Block) -> float:
    scale = block.branch_scale if block.scale is None else float(block.scale.weight)
    return scale * (1.0 if block.kept_branch is None else block.kept_branch.probability)


def _shortcut(block: Block) -> _Shortcut:
    scale = block.shortcut_scale * (1.0 if block.kept_shortcut is None else block.kept_shortcut.probability)
    if isinstance(block.shortcut, nn.Sequential):
        projection = block.shortcut.get_submodule("conv")
        assert isinstance(projection, nn.Conv2d)
        assert projection.bias is not None
        return _Shortcut(projection.weight[:, :, 0, 0] * scale, projection.bias * scale)
    carried = block.get_submodule("conv1")
    assert isinstance(carried, nn.Conv2d)
    # New channels are zero, so the identity has more rows than columns.
    identity = torch.eye(block.out_channels, carried.in_channels, dtype=torch.float64)
    return _Shortcut(identity * scale, torch.zeros(block.out_channels, dtype=torch.float64))
