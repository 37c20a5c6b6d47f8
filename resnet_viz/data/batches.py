"""Batches: which images, moved how, normalised on the device.

Order and augmentation are drawn on the CPU, each from a generator seeded for
its purpose and its place alone: epoch k has its permutation, step k its crops
and flips, whatever came before. So two networks see the same batches on any
device, augmentation does not change the order, and a position is all that a
checkpoint has to keep.
"""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple, TypedDict

import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.data.load import LoadedData
from resnet_viz.specs import Augmentation


class Draw(NamedTuple):
    """One batch as drawn: which images, and how they are moved (None: not at all).

    Attributes:
        indices: int64 [B].
        offsets: int64 [B, 2], row and column where the crop begins in the padded image.
        flips: bool [B], whether the crop is mirrored.
    """

    indices: Tensor
    offsets: Tensor | None = None
    flips: Tensor | None = None


class Position(TypedDict):
    """Where a `BatchOrder` stands; JSON keeps it."""

    step: int
    digest: str


def padding_px(image_px: int) -> int:
    """Pixels added on each side before cropping: 4 at 32 px, as in He et al. 2015 §4.2."""
    return round(image_px / 8)


class BatchOrder:
    """The batches of a training: every epoch a new permutation, what is left over is dropped.

    Args:
        count: number of training images.
        batch_size: B, at most ``count``.
        seed: equal seeds give equal batches.
        image_px: side of an image; sets how far a crop can move.
    """

    def __init__(
        self, count: int, batch_size: int, seed: int, augmentation: Augmentation = "none", image_px: int = 32
    ) -> None:
        if not 1 <= batch_size <= count:
            raise ValueError(f"no batch of {batch_size} from {count} images")
        self._count = count
        self._batch_size = batch_size
        self._seed = seed
        self._augmentation = augmentation
        self._offsets = 2 * padding_px(image_px) + 1
        self._step = 0
        self._chain = hashlib.sha256().digest()
        self._epoch = -1
        self._permutation = torch.empty(0, dtype=torch.int64)

    @property
    def steps_per_epoch(self) -> int:
        """Batches in one epoch."""
        return self._count // self._batch_size

    @property
    def step(self) -> int:
        """Batches drawn so far."""
        return self._step

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over all batches drawn so far, augmentation included.

        Chained: the digest after k batches is that of the digest (32 bytes)
        after k - 1, then the indices and offsets as little-endian int64, then
        the flips as bytes; it begins with the digest of nothing.
        """
        return self._chain.hex()

    def next(self) -> Draw:
        """The next batch."""
        epoch, place = divmod(self._step, self.steps_per_epoch)
        if epoch != self._epoch:
            self._permutation = torch.randperm(self._count, generator=self._generator("order", epoch))
            self._epoch = epoch
        start = place * self._batch_size
        draw = Draw(self._permutation[start : start + self._batch_size], *self._moves())
        self._step += 1
        self._extend_chain(draw)
        return draw

    def state_dict(self) -> Position:
        """The position, for `load_state_dict` of an order made alike."""
        return {"step": self._step, "digest": self.digest}

    def load_state_dict(self, state: Position) -> None:
        """Go to a position that `state_dict` gave: the next batch is exactly the one that followed."""
        self._step = state["step"]
        self._chain = bytes.fromhex(state["digest"])

    def _moves(self) -> tuple[Tensor | None, Tensor | None]:
        if self._augmentation == "none":
            return None, None
        generator = self._generator("augmentation", self._step)
        offsets = torch.randint(self._offsets, (self._batch_size, 2), generator=generator)
        if self._augmentation == "crop":
            return offsets, None
        return offsets, torch.randint(2, (self._batch_size,), generator=generator).bool()

    def _generator(self, purpose: str, place: int) -> torch.Generator:
        name = hashlib.sha256(f"{self._seed} {purpose} {place}".encode()).digest()
        # The CPU generator looks at 32 bits of its seed.
        return torch.Generator().manual_seed(int.from_bytes(name[:4], "little"))

    def _extend_chain(self, draw: Draw) -> None:
        link = hashlib.sha256(self._chain)
        link.update(draw.indices.numpy().astype("<i8", copy=False).tobytes())
        if draw.offsets is not None:
            link.update(draw.offsets.numpy().astype("<i8", copy=False).tobytes())
        if draw.flips is not None:
            link.update(draw.flips.numpy().tobytes())
        self._chain = link.digest()


class DeviceImages:
    """Images and labels held on a device as uint8, given out as normalised batches.

    A batch is float32 [B, C, H, W] with mean 0 and deviation 1 over the training
    images, in channels-last memory. Nothing here waits for the device.

    Args:
        images: uint8 [N, C, H, W].
        labels: int64 [N].
        mean: float32 [C] in 0..1; ``std`` likewise.
    """

    def __init__(
        self, images: Tensor, labels: Tensor, mean: Tensor, std: Tensor, device: torch.device | str = "cpu"
    ) -> None:
        self._channels = images.shape[1]
        self._px = images.shape[-1]
        # One row per image in H, W, C order: gathering rows is a plain copy of memory, and
        # scaling whole rows runs vectorised where scaling 1 or 3 channels would not.
        self._rows = images.permute(0, 2, 3, 1).reshape(len(images), -1).to(device)
        self._scale = (1 / (255 * std.double())).float().repeat(self._px**2).to(device)
        self._shift = (-mean.double() / std.double()).float().repeat(self._px**2).to(device)
        self._range = torch.arange(self._px, device=device)
        self.labels = labels.to(device)
        self.device = self._rows.device

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, draw: Draw) -> tuple[Tensor, Tensor]:
        """The images float32 [B, C, H, W] and labels int64 [B] that were drawn."""
        indices = draw.indices.to(self.device, non_blocking=True)
        rows = self._rows.index_select(0, indices)
        if draw.offsets is not None:
            flips = None if draw.flips is None else draw.flips.to(self.device, non_blocking=True)
            rows = self._cropped(rows, draw.offsets.to(self.device, non_blocking=True), flips)
        return self._normalised(rows), self.labels.index_select(0, indices)

    def first(self, count: int) -> tuple[Tensor, Tensor]:
        """The first ``count`` images (all, when there are fewer) and their labels, not moved."""
        return self._normalised(self._rows[:count]), self.labels[:count]

    def chunks(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All images and labels in order, ``size`` at a time, for evaluation."""
        for rows, labels in zip(torch.split(self._rows, size), torch.split(self.labels, size), strict=True):
            yield self._normalised(rows), labels

    def _normalised(self, rows: Tensor) -> Tensor:
        values = torch.addcmul(self._shift, rows.to(torch.float32), self._scale)
        return values.view(-1, self._px, self._px, self._channels).permute(0, 3, 1, 2)

    def _cropped(self, rows: Tensor, offsets: Tensor, flips: Tensor | None) -> Tensor:
        """Rows of the images padded with black, cropped at ``offsets``, then mirrored where ``flips``."""
        batch, px, padding = len(rows), self._px, padding_px(self._px)
        side = px + 2 * padding
        images = rows.view(batch, px, px, self._channels)
        pixels = F.pad(images, (0, 0, padding, padding, padding, padding)).view(-1, self._channels)
        down = offsets[:, :1] + self._range  # (B, H)
        across = self._range.expand(batch, px)
        if flips is not None:
            across = torch.where(flips[:, None], px - 1 - across, across)
        across = across + offsets[:, 1:]  # (B, W)
        first = torch.arange(batch, device=self.device)[:, None] * side
        source = ((first + down) * side)[:, :, None] + across[:, None, :]  # (B, H, W)
        return pixels.index_select(0, source.view(-1)).view(batch, -1)


class DeviceData:
    """The training and the test images of ``data`` on one device."""

    def __init__(self, data: LoadedData, device: torch.device | str = "cpu") -> None:
        self.train = DeviceImages(data.train_images, data.train_labels, data.mean, data.std, device)
        self.test = DeviceImages(data.test_images, data.test_labels, data.mean, data.std, device)

    def train_batch(self, draw: Draw) -> tuple[Tensor, Tensor]:
        """Training images float32 [B, C, H, W] and labels int64 [B], as drawn."""
        return self.train.batch(draw)

    def first_train_images(self, count: int) -> tuple[Tensor, Tensor]:
        """The first ``count`` training images, balanced over the classes, and their labels."""
        return self.train.first(count)

    def test_batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """All test images and labels, ``size`` at a time."""
        return self.test.chunks(size)
