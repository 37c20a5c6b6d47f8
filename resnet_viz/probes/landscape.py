"""A two-dimensional slice of the loss through a trained network (Li et al. 2018, arXiv:1712.09913, §4).

Along two random directions, filter-normalised: the part d of a direction that belongs to the filter θ of
one output channel becomes d·‖θ‖/(‖d‖ + 1e-10), and what has one dimension (biases, norms) is zero. So a
step of 1 is as long as the filter itself, in every network.
"""

from collections.abc import Generator, Sequence
from copy import deepcopy
from typing import Final, Literal

import torch
from torch import Tensor, nn

from resnet_viz.networks.initialise import generator_of
from resnet_viz.networks.taps import Tap
from resnet_viz.probes.halves import halves_at

Layers = Literal["all", "first", "last"]

_TINY: Final = 1e-10


def perturbed_weights(network: nn.Module, layers: Layers = "all") -> tuple[str, ...]:
    """Names of the weights of more than one dimension: all, or of the first or last third of the layers."""
    names = [name for name, parameter in network.named_parameters() if parameter.ndim > 1]
    if layers == "all":
        return tuple(names)
    taps: tuple[Tap, ...] = getattr(network, "taps", ())
    position = {tap.name: tap.position for tap in taps}
    deepest = max(position.values())
    third = deepest / 3
    return tuple(
        name
        for name in names
        if (at := position.get(name.removesuffix(".weight"))) is not None
        and (at <= third if layers == "first" else at > deepest - third)
    )


def directions(network: nn.Module, names: Sequence[str], seed: int, which: int) -> list[Tensor]:
    """Direction number ``which`` of ``seed``, for the weights ``names``.

    Networks that have a weight of the same name and shape get the same one before it is normalised.
    """
    found = []
    for name in names:
        weight = network.get_parameter(name).detach()
        drawn = torch.randn(weight.shape, generator=generator_of(f"{which} {name}", seed)).to(weight.dtype)
        found.append(drawn * (_filter_norms(weight) / (_filter_norms(drawn) + _TINY)))
    return found


def slice_losses(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    points: Sequence[tuple[float, float]],
    *,
    seed: int = 0,
    layers: Layers = "all",
) -> Generator[float]:
    """Mean cross-entropy at θ + a·d₁ + b·d₂ for each (a, b) of ``points``, one after the other.

    A copy of ``network`` in evaluation mode, its weights written in place (measured: 1.6 times as fast as
    `torch.func.vmap` over weights); batch normalisation keeps its statistics.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].
    """
    network = deepcopy(network).eval().requires_grad_(False)
    names = perturbed_weights(network, layers)
    weights = [network.get_parameter(name) for name in names]
    trained = [weight.clone() for weight in weights]
    first, second = (directions(network, names, seed, which) for which in (1, 2))
    before, after = halves_at(network, names[0].removesuffix(".weight"))
    with torch.inference_mode():
        inputs = before(images)
    for a, b in points:
        with torch.inference_mode():
            for weight, start, along, across in zip(weights, trained, first, second, strict=True):
                weight.copy_(start + a * along + b * across)
            loss = float(nn.functional.cross_entropy(after(inputs), labels))
        yield loss


def _filter_norms(weight: Tensor) -> Tensor:
    norms: Tensor = weight.flatten(1).norm(dim=1)
    return norms.view(-1, *[1] * (weight.ndim - 1))
