"""A trained plain network made deeper by blocks that are exactly the identity (He et al. 2015, §1).

"There exists a solution by construction to the deeper model": the added layers hand on what they get. In a
plain network of 3×3 convolutions a kernel with a single 1 (Dirac) does, and a norm whose scale and shift
undo its own normalisation; ReLU changes nothing, since what comes out of a block is not negative.
"""

from collections.abc import Generator, Iterator, Sequence
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
        InvalidSetting: the network is no plain one of basic blocks with batch normalisation or without
            any, or is not less deep.
    """
    shallow = _suitable(network, depth)
    deeper = build(shallow.spec.but(depth=depth), shallow.shape, 0)
    assert isinstance(deeper, ResidualNetwork)
    deeper.to(shallow.head.weight.dtype)
    deeper.load_state_dict({**deeper.state_dict(), **shallow.state_dict()})
    there = {tap.name for tap in shallow.taps if tap.kind == "block"}
    added = tuple(tap.name for tap in deeper.taps if tap.kind == "block" and tap.name not in there)
    deeper.eval().requires_grad_(False)
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


def noisy_errors(
    long: Lengthened,
    images: Tensor,
    test: tuple[Tensor, Tensor],
    deviations: Sequence[float],
    seed: int,
) -> Generator[float]:
    """Test error with noise on the weights of the added convolutions, for one deviation after the other.

    The noise of deviation σ is σ times the one that He's initialisation draws (of the deviation
    √(2/fan-in)). The added norms measure their statistics anew, on ``images``; their scales and shifts
    stay. Afterwards the network is as it was.

    Args:
        images: training images float [B, C, H, W], normalised.
        test: images likewise, and labels int64 [N].
    """
    network, added = long
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    try:
        for deviation in deviations:
            with torch.no_grad():
                for name in added:
                    for kind in ("conv1", "conv2"):
                        weight = network.get_parameter(f"{name}.{kind}.weight")
                        generator = generator_of(f"{name}.{kind}", seed)
                        noise = torch.randn(weight.shape, generator=generator).to(weight.dtype)
                        he = (2 / weight[0].numel()) ** 0.5
                        weight.copy_(kept[f"{name}.{kind}.weight"] + deviation * he * noise)
            _measure_statistics(network, added, images)
            yield error_of(network, *test)
    finally:
        network.load_state_dict(kept)


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
    if not isinstance(network, ResidualNetwork) or not _is_plain(network):
        raise InvalidSetting(
            "no_identity_blocks",
            N_(
                "Identity blocks can be added to plain networks of basic blocks, with batch normalisation or "
                "without any; this is another one."
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


def _is_plain(network: ResidualNetwork) -> bool:
    spec = network.spec
    changes_branch = spec.learned_scale or spec.branch_scale != 1 or spec.survival < 1
    kind = spec.family, spec.block, spec.shortcut, spec.skip_span, spec.activation
    return kind == ("resnet", "basic", "none", 2, "relu") and spec.norm != "group" and not changes_branch


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
