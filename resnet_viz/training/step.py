"""One update of the weights as a unit of work (`capture`): batch, forward, backward, update, measurements.

What differs from step to step is written by the host into row k of a few tensors, k being the number of
steps since the last drain of the meter, and the unit finds k on the device. A row is written again only
after a drain, which waits for the device, so the host never overwrites what a step has yet to read.
"""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from resnet_viz.data.batches import DeviceImages, Draw
from resnet_viz.specs import Precision
from resnet_viz.training.capture import Captures
from resnet_viz.training.meter import Meter
from resnet_viz.training.optimizer import rate_of


class FedRows:
    """Values of the host for each step of a round, on the device at addresses that stay.

    Args:
        capacity: steps of a round.
        values: those of one step, which say how large they are.
    """

    def __init__(self, capacity: int, values: tuple[Tensor, ...], device: torch.device) -> None:
        # From pinned memory a copy waits for nothing.
        pinned = device.type == "cuda"
        self._host = [
            torch.empty((capacity, *value.shape), dtype=value.dtype, pin_memory=pinned) for value in values
        ]
        self._there = [rows.to(device) for rows in self._host]  # on a CPU the same tensors

    def put(self, row: int, values: tuple[Tensor, ...]) -> None:
        """Give the device the ``values`` of step number ``row`` of the round."""
        for host, there, value in zip(self._host, self._there, values, strict=True):
            host[row].copy_(value)
            if there is not host:
                there[row].copy_(host[row], non_blocking=True)

    def at(self, row: Tensor) -> list[Tensor]:
        """The values of the step whose number stands on the device in ``row`` int64 [1]."""
        return [rows.index_select(0, row)[0] for rows in self._there]


class Step:
    """Updates the weights of a network, a batch at a time.

    Args:
        images: what batches are drawn from.
        meter: where losses and norms go; its rows are the rounds' steps.
        captures: records the update where that is possible.
    """

    def __init__(
        self,
        network: nn.Module,
        optimizer: torch.optim.Optimizer,
        images: DeviceImages,
        meter: Meter,
        precision: Precision,
        captures: Captures,
    ) -> None:
        self._network = network
        self._optimizer = optimizer
        self._images = images
        self._meter = meter
        self._precision = precision
        self._fed: FedRows | None = None
        self._measuring = captures.unit(lambda: self._update(measured=True))
        self._plain = captures.unit(lambda: self._update(measured=False))

    def forget_recordings(self) -> None:
        """Record anew: call when the optimiser's state was replaced, and thereby moved."""
        self._measuring.forget()
        self._plain.forget()

    def __call__(self, step: int, draw: Draw, rate: float, *, measured: bool) -> None:
        """Update number ``step`` of the training; where ``measured``, layers are looked at too."""
        rate_read = torch.tensor(rate, dtype=rate_of(self._optimizer).dtype)
        values = (rate_read, *(part for part in draw if part is not None))
        if self._fed is None:
            self._fed = FedRows(self._meter.capacity, values, self._images.device)
        self._fed.put(self._meter.note(step, len(draw.indices), rate, measured=measured), values)
        (self._measuring if measured else self._plain)()

    def _update(self, *, measured: bool) -> None:
        assert self._fed is not None
        rate, *draw = self._fed.at(self._meter.row)
        rate_of(self._optimizer).copy_(rate)
        images, labels = self._images.batch(Draw(*draw))
        self._network.train()
        self._optimizer.zero_grad(set_to_none=True)
        with autocast(self._precision, self._images.device):
            logits = self._network(images)
        loss = nn.functional.cross_entropy(logits.float(), labels)
        loss.backward()
        if measured:
            self._meter.record_gradients()
        self._optimizer.step()
        if measured:
            self._meter.record_updates()
        correct = (logits.detach().argmax(1) == labels).sum()
        self._meter.record_step(loss.detach(), correct)


def autocast(precision: Precision, device: torch.device) -> AbstractContextManager[object]:
    """Where a forward pass computes in ``precision``."""
    if precision == "bfloat16":
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()
