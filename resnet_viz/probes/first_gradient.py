"""What gradient each layer gets before the first step.

With batch normalisation and ReLU but without skip connections the gradient of a network at its start
grows towards the input, in the wide limit by √(π/(π−1)) a layer (Yang et al. 2019, arXiv:1902.08129,
§3.2); without normalisation it shrinks. Nobody has to train to see it.
"""

from copy import deepcopy
from dataclasses import dataclass
from math import pi, sqrt
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.networks.built import BuiltNetwork

WIDE_LIMIT: Final = sqrt(pi / (pi - 1))
"""Growth of the gradient a layer towards the input: batch normalisation, ReLU, no skips, endless width."""

_LAYERS: Final = ("stem", "conv", "head")


@dataclass(frozen=True, slots=True, eq=False)
class FirstGradient:
    """One value a weighted layer on the main path, from the input to the output.

    Attributes:
        layers: their names.
        norm: ‖g‖ of the mean cross-entropy, float64 [layers].
        relative: ‖g‖/‖w‖, float64 [layers]; NaN where the weights are all zero.
    """

    layers: tuple[str, ...]
    norm: npt.NDArray[np.float64]
    relative: npt.NDArray[np.float64]

    @property
    def ratio(self) -> float:
        """‖g‖/‖w‖ of the first convolution over that of the last; NaN where it has none."""
        first, last = self.relative[0], self.relative[-2]
        return float(first / last) if last > 0 else float("nan")


def measure_first_gradient(network: BuiltNetwork, images: Tensor, labels: Tensor) -> FirstGradient:
    """Measure a copy of ``network`` in training mode, as the first update of a training would.

    Computed in the network's own precision, norms summed in double: what is below 1e-23 has no square in
    float32. In float32 the gradients of deep plain networks are off by some per cent.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].
    """
    network = deepcopy(network).train().requires_grad_()
    network.to(memory_format=torch.channels_last)  # as in training, so that sums round alike
    names = tuple(tap.name for tap in network.taps if tap.kind in _LAYERS)
    weights = [network.get_parameter(f"{name}.weight") for name in names]
    with torch.enable_grad():
        loss = nn.functional.cross_entropy(network(images), labels)
        gradients = torch.autograd.grad(loss, weights)
    norm, size = _norms(gradients), _norms([weight.detach() for weight in weights])
    return FirstGradient(names, norm, np.where(size > 0, norm / np.where(size > 0, size, 1), np.nan))


def _norms(tensors: tuple[Tensor, ...] | list[Tensor]) -> npt.NDArray[np.float64]:
    found: npt.NDArray[np.float64] = torch.stack(
        torch._foreach_norm(list(tensors), 2, dtype=torch.float64)
    ).numpy()
    return found
