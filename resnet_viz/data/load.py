"""A data set as tensors: the chosen training images at the chosen resolution, and all test images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from resnet_viz.data.arrays import bundled_path, read_arrays
from resnet_viz.data.balanced_order import balanced_order
from resnet_viz.data.catalogue import DatasetInfo, info
from resnet_viz.data.download import DownloadProgress, Patience
from resnet_viz.data.published_arrays import obtain_arrays
from resnet_viz.data.sources import SOURCES, Source
from resnet_viz.specs import DataSpec

_CHUNK = 1024
_PATIENCE = Patience()


@dataclass(frozen=True, slots=True, eq=False)
class LoadedData:
    """Images uint8 [N, C, H, W] and labels int64 [N] on the CPU.

    ``mean`` and ``std`` float32 [C] are those of the training images, in 0..1.
    """

    info: DatasetInfo
    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    mean: Tensor
    std: Tensor


def load(
    spec: DataSpec,
    folder: Path,
    on_progress: Callable[[DownloadProgress], None] | None = None,
    *,
    sources: Mapping[str, Source] = SOURCES,
    patience: Patience = _PATIENCE,
) -> LoadedData:
    """The data that ``spec`` asks for, downloaded into ``folder`` where it is not there yet.

    The training images are the first ``train_size`` of one fixed order (see
    `balanced_order`), so smaller sets are contained in larger ones.

    Args:
        on_progress: called a few times a second during a download; what it
            raises ends the download, which a later call takes up again.
        sources: where each data set comes from; see `sources.MIRROR_VARIABLE` for another place.
        patience: how long to insist on a download.

    Raises:
        DatasetUnavailable: no mirror can be reached, or what comes is not the data set.
    """
    chosen = info(spec.dataset)
    if chosen.bundled:
        arrays = read_arrays(bundled_path(chosen.name))
    else:
        arrays = obtain_arrays(sources[chosen.name], folder, on_progress, patience)
    order = balanced_order(arrays.train_labels)[: spec.train_size]
    px = spec.resolution_px or chosen.image_px
    train_images = resized(torch.from_numpy(arrays.train_images[order]), px)
    mean, std = channel_statistics(train_images)
    return LoadedData(
        info=chosen,
        train_images=train_images,
        train_labels=torch.from_numpy(arrays.train_labels[order].astype(np.int64)),
        test_images=resized(torch.from_numpy(arrays.test_images), px),
        test_labels=torch.from_numpy(arrays.test_labels.astype(np.int64)),
        mean=mean,
        std=std,
    )


def is_here(spec: DataSpec, folder: Path, *, sources: Mapping[str, Source] = SOURCES) -> bool:
    """Whether `load` would need no download."""
    return info(spec.dataset).bundled or sources[spec.dataset].kept_path(folder).is_file()


def resized(images: Tensor, px: int) -> Tensor:
    """Images uint8 [N, C, H, W] at ``px`` × ``px``, bilinear and antialiased."""
    if images.shape[-2:] == (px, px):
        return images
    result = torch.empty(*images.shape[:2], px, px, dtype=torch.uint8)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK].to(torch.float32)
        chunk = F.interpolate(chunk, size=(px, px), mode="bilinear", antialias=True)
        result[start : start + _CHUNK] = chunk.round_().clamp_(0, 255)
    return result


def channel_statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation float32 [C] of images uint8 [N, C, H, W] taken as 0..1.

    Sums are exact integers. The deviation is at least one grey level, so that
    constant images can be normalised.
    """
    total = torch.zeros(images.shape[1], dtype=torch.int64)
    squares = torch.zeros(images.shape[1], dtype=torch.int64)
    for chunk in torch.split(images, _CHUNK):
        values = chunk.to(torch.int32)
        total += values.sum((0, 2, 3))
        squares += values.square().sum((0, 2, 3))
    count = images[:, 0].numel()
    mean = total.double() / count
    variance = squares.double() / count - mean.square()
    std = variance.clamp(min=1).sqrt()
    return (mean / 255).float(), (std / 255).float()
