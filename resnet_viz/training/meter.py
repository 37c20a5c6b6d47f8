"""Per-step measurements kept on the device and copied to the host only when asked for.

Per weighted layer: ‖g‖, ‖g‖/‖w‖ and ‖Δw‖/‖w‖, from three fused norms a step.
Which row a step writes stands on the device, so that a recorded step (`capture`)
writes the next one each time it is replayed; the host knows it too, from `note`.
Norms are summed in float64 where the device has it: squares of gradients below
1e-23 vanish in float32, and the network whose gradient is 1e-25 would be
reported, wrongly, as having none.
"""

import numpy as np
import torch
from torch import Tensor

from resnet_viz.events import Profile, Series

WEIGHTED = ("stem", "conv", "head")


def profile_rows(steps: int, most: int = 1000) -> frozenset[int]:
    """The steps at which layers are measured: all of a short training, else ``most`` of them.

    The first hundred are always measured, since that is where plain networks
    lose their gradients; the rest are evenly spaced and include the last.
    """
    if steps <= most:
        return frozenset(range(steps))
    start = most // 10
    return frozenset(range(start)) | {
        start + round(i * (steps - 1 - start) / (most - start - 1)) for i in range(most - start)
    }


class Meter:
    """Collects losses, accuracies and layer norms between two calls of `drain`.

    Args:
        weights: name → weight of the layers to measure, in order of depth.
        capacity: most steps between two drains.
        device: where the numbers are kept.
    """

    def __init__(self, weights: dict[str, Tensor], capacity: int, device: torch.device) -> None:
        self._taps = tuple(weights)
        self._weights = list(weights.values())
        self._before = [torch.empty_like(weight) for weight in self._weights]
        self._dtype = torch.float32 if device.type == "mps" else torch.float64
        self._norms = torch.empty(capacity, 3, len(self._weights), dtype=self._dtype, device=device)
        self._losses = torch.empty(capacity, device=device)
        self._correct = torch.empty(capacity, device=device)
        self.capacity = capacity
        self.row = torch.zeros(1, dtype=torch.int64, device=device)
        self._steps: list[int] = []
        self._rates: list[float] = []
        self._batch_sizes: list[int] = []
        self._profile_rows: list[int] = []

    @property
    def full(self) -> bool:
        """Whether there is no room for another step."""
        return len(self._steps) == self.capacity

    def note(self, step: int, batch_size: int, rate: float, *, measured: bool) -> int:
        """Update ``step`` comes next, its layers ``measured`` or not; the row that it will write."""
        row = len(self._steps)
        self._steps.append(step)
        self._rates.append(rate)
        self._batch_sizes.append(batch_size)
        if measured:
            self._profile_rows.append(row)
        return row

    @torch.no_grad()
    def record_gradients(self) -> None:
        """Keep ‖g‖ and ‖w‖ of every layer; call after backward, before the update."""
        gradients = [weight.grad for weight in self._weights if weight.grad is not None]
        self._keep_norms(0, gradients)
        self._keep_norms(1, self._weights)
        torch._foreach_copy_(self._before, self._weights)

    @torch.no_grad()
    def record_updates(self) -> None:
        """Keep ‖Δw‖ of every layer; call after the update that followed `record_gradients`."""
        torch._foreach_sub_(self._before, self._weights)
        self._keep_norms(2, self._before)

    def record_step(self, loss: Tensor, correct: Tensor) -> None:
        """Keep what the forward pass gave, and go on to the next row; nothing is copied to the host."""
        self._losses.index_copy_(0, self.row, loss[None])
        self._correct.index_copy_(0, self.row, correct[None].to(self._correct.dtype))
        self.row.add_(1)

    def _keep_norms(self, which: int, tensors: list[Tensor]) -> None:
        norms = torch.stack(torch._foreach_norm(tensors, 2, dtype=self._dtype))
        self._norms[:, which].index_copy_(0, self.row, norms[None])

    def drain(self) -> list[Series | Profile]:
        """Everything recorded since the last call; empty when nothing was."""
        if not self._steps:
            return []
        step = np.array(self._steps, dtype=np.int64)
        losses = self._losses[: len(step)].cpu().double().numpy()
        accuracy = self._correct[: len(step)].cpu().double().numpy() / self._batch_sizes
        events: list[Series | Profile] = [
            Series("train/loss", step, losses),
            Series("train/accuracy", step, accuracy),
            Series("train/learning_rate", step, np.array(self._rates)),
        ]
        if self._profile_rows:
            norms = self._norms[: len(step)].cpu().double().numpy()[self._profile_rows]
            gradient, weight, update = norms[:, 0], norms[:, 1], norms[:, 2]
            with np.errstate(divide="ignore", invalid="ignore"):  # zero weights: no ratio, NaN
                ratios = {
                    "grad/norm": gradient,
                    "grad/relative": np.where(weight > 0, gradient / weight, np.nan),
                    "update/ratio": np.where(weight > 0, update / weight, np.nan),
                }
            events += [
                Profile(name, self._taps, step[self._profile_rows], value.astype(np.float32))
                for name, value in ratios.items()
            ]
        self.row.zero_()
        for kept in (self._steps, self._rates, self._batch_sizes, self._profile_rows):
            kept.clear()
        return events
