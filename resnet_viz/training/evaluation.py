"""Loss and accuracy on the test set, a batch at a time."""

import torch
from torch import nn

from resnet_viz.data.batches import DeviceImages, Draw
from resnet_viz.specs import Precision
from resnet_viz.training.capture import Captures
from resnet_viz.training.step import autocast

_BATCH = 250


class Evaluation:
    """Tests ``network`` on all of ``images``; a batch is a unit that ``captures`` can record."""

    def __init__(
        self, network: nn.Module, images: DeviceImages, precision: Precision, captures: Captures
    ) -> None:
        self._network = network
        self._images = images
        self._precision = precision
        device = images.device
        self._whole, self._left = divmod(len(images), _BATCH)
        self._places = torch.empty(_BATCH, dtype=torch.int64, device=device)
        self._loss = torch.zeros((), device=device)
        self._correct = torch.zeros((), device=device)
        self._batch = captures.unit(self._next_batch)

    @torch.inference_mode()
    def measure(self) -> tuple[float, float]:
        """Mean loss and accuracy, with the statistics that the network has now."""
        self._network.eval()
        self._loss.zero_()
        self._correct.zero_()
        torch.arange(_BATCH, out=self._places)
        for _ in range(self._whole):
            self._batch()
        if self._left:
            self._add(self._places[: self._left])
        count = len(self._images)
        return float(self._loss) / count, float(self._correct) / count

    def _next_batch(self) -> None:
        self._add(self._places)
        self._places.add_(_BATCH)

    def _add(self, places: torch.Tensor) -> None:
        images, labels = self._images.batch(Draw(places))
        with autocast(self._precision, self._images.device):
            logits = self._network(images)
        self._loss.add_(nn.functional.cross_entropy(logits.float(), labels, reduction="sum"))
        self._correct.add_((logits.argmax(1) == labels).sum())
