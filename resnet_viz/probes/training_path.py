"""The way that a training took, seen in the plane of a slice of the loss (Li et al. 2018, §7).

Two random directions among many thousands hardly contain it, which is why the share is told that they do.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.probes.landscape import directions


class PathInPlane(NamedTuple):
    """``points`` float64 [checkpoints + 1, 2] along both directions; the last is the network, at (0, 0).

    ``share``: of the path's length from checkpoint to checkpoint, how much lies in the plane.
    """

    points: npt.NDArray[np.float64]
    share: float


def path_in_plane(
    network: nn.Module, earlier: Sequence[Mapping[str, Tensor]], names: Sequence[str], *, seed: int
) -> PathInPlane:
    """Project the weights ``names`` of ``earlier`` states onto the plane of `landscape.slice_losses`.

    The nearest point of the plane, by least squares, as its directions are not exactly at right angles.

    Args:
        earlier: parameters by name, of the training's kept checkpoints, oldest first.
    """
    end = {name: network.get_parameter(name).detach() for name in names}
    plane = torch.stack([_flat(directions(network, names, seed, which)) for which in (1, 2)], 1)  # (n, 2)
    away = torch.stack([_flat([state[name] - end[name] for name in names]) for state in earlier])
    away = torch.cat([away, torch.zeros_like(away[:1])])  # (checkpoints + 1, n)
    points = torch.linalg.lstsq(plane, away.T).solution.T
    inside, whole = (float(steps.diff(dim=0).norm(dim=1).sum()) for steps in (points @ plane.T, away))
    return PathInPlane(points.numpy(), inside / whole if whole else 1.0)


@torch.inference_mode()
def loss_of(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Mean cross-entropy of a network of the path itself, off the plane; it is in evaluation mode.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].
    """
    return float(nn.functional.cross_entropy(network(images), labels))


def _flat(parts: Sequence[Tensor]) -> Tensor:
    return torch.cat([part.detach().double().flatten() for part in parts])
