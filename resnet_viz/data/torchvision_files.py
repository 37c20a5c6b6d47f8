"""Reading the files as published, with torchvision's data set classes.

torchvision takes five seconds to import and reads slowly, so what it read is
kept as arrays (see `published_arrays`) and this module is needed once per data set.
"""

import gzip
import shutil
import tarfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torchvision import datasets

from resnet_viz.data.arrays import Arrays
from resnet_viz.data.sources import Source


def read_published(source: Source, folder: Path, scratch: Path) -> Arrays:
    """All images of ``source``.

    The files were compared with their SHA-256 before; therefore they may be
    unpickled, and torchvision's own MD5 checks are left out.

    Args:
        folder: where the files of ``source`` lie.
        scratch: empty folder for what has to be unpacked.
    """
    if source.layout == "svhn":
        return _svhn(source, folder)
    if source.layout == "idx":
        return _idx(source, folder, scratch)
    kind = datasets.CIFAR10 if source.layout == "cifar10" else datasets.CIFAR100
    return _cifar(kind, folder / source.files[0].name, scratch)


def _idx(source: Source, folder: Path, scratch: Path) -> Arrays:
    raw = scratch / datasets.MNIST.__name__ / "raw"
    raw.mkdir(parents=True)
    for file in source.files:
        with (
            gzip.open(folder / file.name) as packed,
            (raw / file.name.removesuffix(".gz")).open("wb") as sink,
        ):
            shutil.copyfileobj(packed, sink)
    train, test = (datasets.MNIST(scratch, train=train) for train in (True, False))
    return _arrays(
        train.data[:, None].numpy(), train.targets.numpy(), test.data[:, None].numpy(), test.targets.numpy()
    )


def _cifar(kind: type[Any], archive: Path, scratch: Path) -> Arrays:
    names = [name for name, _ in (*kind.train_list, *kind.test_list)] + [kind.meta["filename"]]
    folder = scratch / kind.base_folder
    folder.mkdir()
    wanted = {f"{kind.base_folder}/{name}": folder / name for name in names}
    with tarfile.open(archive, "r:gz") as packed:
        for member in packed:
            # Only files known by name are written, to places named here.
            if member.isreg() and member.name in wanted:
                unpacked = packed.extractfile(member)
                assert unpacked is not None
                with unpacked, wanted[member.name].open("wb") as sink:
                    shutil.copyfileobj(unpacked, sink)
    unchecked = type(
        kind.__name__,
        (kind,),
        {
            "train_list": [(name, None) for name, _ in kind.train_list],
            "test_list": [(name, None) for name, _ in kind.test_list],
            "meta": kind.meta | {"md5": None},
        },
    )
    with warnings.catch_warnings():
        # NumPy 2.4.0 to 2.4.4 complain about arrays pickled in 2009.
        warnings.filterwarnings("ignore", r"dtype\(\): align")
        train, test = (unchecked(scratch, train=train) for train in (True, False))
    return _arrays(
        train.data.transpose(0, 3, 1, 2), train.targets, test.data.transpose(0, 3, 1, 2), test.targets
    )


def _svhn(source: Source, folder: Path) -> Arrays:
    class Unchecked(datasets.SVHN):  # type: ignore[misc, name-defined, unused-ignore]
        split_list = {  # noqa: RUF012 - as in the base class
            split: ["", file.name, None] for split, file in zip(("train", "test"), source.files, strict=True)
        }

    train, test = (Unchecked(folder, split=split) for split in ("train", "test"))
    return _arrays(train.data, train.labels, test.data, test.labels)


def _arrays(*parts: npt.ArrayLike) -> Arrays:
    return Arrays(*(np.ascontiguousarray(part, dtype=np.uint8) for part in parts))
