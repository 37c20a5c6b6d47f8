"""A trained network made deeper by blocks that are exactly the identity (He et al. 2015, §1).

"There exists a solution by construction to the deeper model": the added layers hand on what they get. In a
plain network of 3×3 convolutions a kernel with a single 1 (Dirac) does, and a norm whose scale and shift
undo its own normalisation; ReLU changes nothing, since what comes out of a block is not negative. In a
residual network a branch of F = 0 does: the scale of its last norm, or without norms its last kernel, is 0.
"""

from collections.abc import Generator, Iterator, Sequence
from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor, nn

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.initialise import generator_of
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.probes.lesion import error_of

_AT_ONCE = 250


class Lengthened(NamedTuple):
    """A deeper network in evaluation mode, and the paths of the blocks that were added to it."""

    network: ResidualNetwork
    added: tuple[str, ...]


def lengthened(network: nn.Module, depth: int, images: Tensor) -> Lengthened:
    """A network of ``depth`` with the blocks of ``network`` and, at the end of every stage, identity blocks.

    Args:
        images: float [B, C, H, W], normalised: the added norms have the statistics that these give them.

    Raises:
        InvalidSetting: the network is no plain or residual one of basic blocks with batch normalisation or
            without any, or is not less deep.
    """
    shallow = _suitable(network, depth)
    deeper = build(shallow.spec.but(depth=depth), shallow.shape, 0)
    assert isinstance(deeper, ResidualNetwork)
    deeper.to(shallow.head.weight.dtype)
    deeper.load_state_dict({**deeper.state_dict(), **shallow.state_dict()})
    there = {tap.name for tap in shallow.taps if tap.kind == "block"}
    added = tuple(tap.name for tap in deeper.taps if tap.kind == "block" and tap.name not in there)
    deeper.eval().requires_grad_(False)
    if not _is_plain(deeper):
        for name in added:
            _last_of(deeper, name).zero_()
            for part in _inside(deeper, [name]):
                if isinstance(part, nn.Conv2d) and part.bias is not None:
                    part.bias.zero_()
        return Lengthened(deeper, added)
    for module in _inside(deeper, added):
        if isinstance(module, nn.Conv2d):
            nn.init.dirac_(module.weight)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    streams = _streams(deeper, added, images)
    for name in added:
        for norm in _norms(deeper, [name]):
            _hand_on(norm, streams[name.partition(".")[0]])
    return Lengthened(deeper, added)


def noisy(long: Lengthened, images: Tensor, deviation: float, seed: int) -> ResidualNetwork:
    """A copy with noise in the added blocks, which at 1 is as large as where training starts.

    In a plain network the noise is ``deviation`` times what He's initialisation draws (of the deviation
    √(2/fan-in)), added to the kernels. In a residual one the branch is drawn by He's initialisation and
    starts with ``deviation`` times its usual size. The added norms measure their statistics anew, on
    ``images``; in a plain network their scales and shifts stay.

    Args:
        images: training images float [B, C, H, W], normalised.
    """
    network = deepcopy(long.network)
    is_plain = _is_plain(network)
    with torch.no_grad():
        for name in long.added:
            for kind in ("conv1", "conv2"):
                weight = network.get_parameter(f"{name}.{kind}.weight")
                generator = generator_of(f"{name}.{kind}", seed)
                drawn = torch.randn(weight.shape, generator=generator).to(weight.dtype)
                he = (2 / weight[0].numel()) ** 0.5
                weight.copy_(weight + deviation * he * drawn if is_plain else he * drawn)
            if not is_plain:
                last = _last_of(network, name)
                last.copy_(deviation * (last if last.ndim > 1 else torch.ones_like(last)))
    _measure_statistics(network, long.added, images)
    return network


def noisy_errors(
    long: Lengthened,
    images: Tensor,
    test: tuple[Tensor, Tensor],
    deviations: Sequence[float],
    seed: int,
) -> Generator[float]:
    """Test error with `noisy` blocks, for one deviation after the other.

    Args:
        images: training images float [B, C, H, W], normalised.
        test: images likewise, and labels int64 [N].
    """
    for deviation in deviations:
        yield error_of(noisy(long, images, deviation, seed), *test)


class LogitDifference(NamedTuple):
    """By how much two networks' logits differ at most, and how large the first one's are at most."""

    difference: float
    largest: float


@torch.inference_mode()
def compare_logits(one: nn.Module, other: nn.Module, images: Tensor) -> LogitDifference:
    """For networks in evaluation mode."""
    parts = images.split(_AT_ONCE)
    first, second = (torch.cat([network(part) for part in parts]) for network in (one, other))
    return LogitDifference(float((first - second).abs().max()), float(first.abs().max()))


def _suitable(network: nn.Module, depth: int) -> ResidualNetwork:
    if not isinstance(network, ResidualNetwork) or not _can_be_longer(network):
        raise InvalidSetting(
            "no_identity_blocks",
            N_(
                "Identity blocks can be added to plain and residual networks of basic blocks, with batch "
                "normalisation or without any; this is another one."
            ),
        )
    if network.spec.depth >= depth:
        raise InvalidSetting(
            "not_deeper",
            N_("This network has depth {depth} already; choose a larger depth than that."),
            field="depth",
            depth=network.spec.depth,
        )
    return network


def _can_be_longer(network: ResidualNetwork) -> bool:
    spec = network.spec
    changes_branch = spec.learned_scale or spec.branch_scale != 1 or spec.survival < 1
    changes_shortcut = spec.gate != "none" or spec.shortcut_scale != 1 or spec.shortcut_dropout > 0
    is_basic = (spec.family, spec.block, spec.skip_span, spec.activation) == ("resnet", "basic", 2, "relu")
    hands_on = spec.shortcut != "all-projection"
    return is_basic and hands_on and spec.norm != "group" and not changes_branch and not changes_shortcut


def _is_plain(network: ResidualNetwork) -> bool:
    return network.spec.shortcut == "none"


def _last_of(network: ResidualNetwork, block: str) -> nn.Parameter:
    """The weights of ``block`` that are 0 where its branch is."""
    return network.get_parameter(f"{block}.{'norm2' if network.spec.norm == 'batch' else 'conv2'}.weight")


@torch.inference_mode()
def _streams(network: ResidualNetwork, added: Sequence[str], images: Tensor) -> dict[str, Tensor]:
    """By stage, what its added blocks get: [B, C, H, W]."""
    found = {}
    x = network.stem_relu(network.stem_norm(network.stem(images)))
    for stage_name, stage in zip(("stage1", "stage2", "stage3"), network.stages(), strict=True):
        for name, block in stage.named_children():
            if f"{stage_name}.{name}" not in added:
                x = block(x)
        found[stage_name] = x
    return found


@torch.no_grad()
def _hand_on(norm: nn.BatchNorm2d, stream: Tensor) -> None:
    """Give ``norm`` the statistics of ``stream``, and a scale and shift that undo what it does with them."""
    variance, mean = torch.var_mean(stream, (0, 2, 3), correction=0)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(mean)


@torch.no_grad()
def _measure_statistics(network: ResidualNetwork, added: Sequence[str], images: Tensor) -> None:
    """Of the added norms alone, in one pass over all ``images``."""
    norms = list(_norms(network, added))
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0  # what this pass sees, and nothing before
        norm.train()
    hooks = [norm.register_forward_hook(_as_it_normalised) for norm in norms]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()


def _as_it_normalised(norm: nn.Module, inputs: tuple[Tensor], _output: Tensor) -> None:
    """A norm divides by the variance of the batch and records an estimate of that of all images."""
    count = inputs[0].numel() // inputs[0].shape[1]
    norm.get_buffer("running_var").mul_((count - 1) / count)


def _norms(network: nn.Module, added: Sequence[str]) -> Iterator[nn.BatchNorm2d]:
    return (module for module in _inside(network, added) if isinstance(module, nn.BatchNorm2d))


def _inside(network: nn.Module, added: Sequence[str]) -> Iterator[nn.Module]:
    return (module for name in added for module in network.get_submodule(name).modules())
