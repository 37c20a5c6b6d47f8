"""Tiny data sets in exactly the formats that the real ones are published in."""

import gzip
import io
import struct
import tarfile
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.io  # type: ignore[import-untyped]

from resnet_viz.data.arrays import Arrays

_NAMES = ("train", "t10k")


class Archive(NamedTuple):
    """The published files by name, and the images that are in them."""

    files: dict[str, bytes]
    expected: Arrays


def random_arrays(channels: int, px: int, classes: int, train: int, test: int) -> Arrays:
    """Noise, with each class at least once where there is room."""
    generator = np.random.default_rng(channels * px + classes)

    def images(count: int) -> npt.NDArray[np.uint8]:
        return generator.integers(0, 256, (count, channels, px, px), dtype=np.uint8)

    def labels(count: int) -> npt.NDArray[np.uint8]:
        return generator.permutation(np.arange(count) % classes).astype(np.uint8)

    return Arrays(images(train), labels(train), images(test), labels(test))


def idx_archive() -> Archive:
    """MNIST and Fashion-MNIST: IDX files, http://yann.lecun.com/exdb/mnist/."""
    arrays = random_arrays(1, 28, 10, 40, 20)
    files = {}
    for name, images, labels in zip(_NAMES, arrays[::2], arrays[1::2], strict=True):
        head = struct.pack(">IIII", 0x00000803, len(images), 28, 28)
        files[f"{name}-images-idx3-ubyte.gz"] = gzip.compress(head + images.tobytes(), mtime=0)
        head = struct.pack(">II", 0x00000801, len(labels))
        files[f"{name}-labels-idx1-ubyte.gz"] = gzip.compress(head + labels.tobytes(), mtime=0)
    return Archive(files, arrays)


def cifar10_archive() -> Archive:
    """https://www.cs.toronto.edu/~kriz/cifar.html: five batches of pickled rows."""
    arrays = random_arrays(3, 32, 10, 50, 20)
    members = {
        f"data_batch_{i + 1}": _cifar_batch(arrays.train_images[s], arrays.train_labels[s], b"labels")
        for i, s in enumerate(slice(k, k + 10) for k in range(0, 50, 10))
    }
    members["test_batch"] = _cifar_batch(arrays.test_images, arrays.test_labels, b"labels")
    members["batches.meta"] = _dict({b"label_names": _names(10)})
    return Archive({"cifar-10-python.tar.gz": _tar("cifar-10-batches-py", members)}, arrays)


def cifar100_archive() -> Archive:
    """The same with one batch, and a fine and a coarse label each."""
    arrays = random_arrays(3, 32, 100, 200, 100)
    members = {
        "train": _cifar_batch(arrays.train_images, arrays.train_labels, b"fine_labels", coarse=True),
        "test": _cifar_batch(arrays.test_images, arrays.test_labels, b"fine_labels", coarse=True),
        "meta": _dict({b"fine_label_names": _names(100)}),
    }
    return Archive({"cifar-100-python.tar.gz": _tar("cifar-100-python", members)}, arrays)


def svhn_archive() -> Archive:
    """http://ufldl.stanford.edu/housenumbers/: MATLAB 5 files, where class 10 is the digit 0."""
    arrays = random_arrays(3, 32, 10, 40, 20)
    files = {}
    for name, images, labels in zip(("train", "test"), arrays[::2], arrays[1::2], strict=True):
        content = io.BytesIO()
        published = np.where(labels == 0, 10, labels)[:, None]
        scipy.io.savemat(content, {"X": images.transpose(2, 3, 1, 0), "y": published}, do_compression=True)
        files[f"{name}_32x32.mat"] = content.getvalue()
    return Archive(files, arrays)


def _tar(folder: str, members: dict[str, bytes]) -> bytes:
    """The archive, with what a hostile one could hold besides."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as target:
        for name, body in {
            **{f"{folder}/{name}": body for name, body in members.items()},
            f"{folder}/readme.html": b"<p>",
            "../outside": b"escaped",
            f"{folder}/../../outside": b"escaped",
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            target.addfile(member, io.BytesIO(body))
        link = tarfile.TarInfo(f"{folder}/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        target.addfile(link)
    return content.getvalue()


# The batches were pickled by Python 2 and the NumPy of 2009. No pickler of today writes such
# streams, so they are put together here from the opcodes of protocol 2.


def _cifar_batch(
    images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8], key: bytes, *, coarse: bool = False
) -> bytes:
    entries = {
        b"batch_label": _string(b"tiny"),
        key: _integers(labels.tolist()),
        b"data": _array(images.reshape(len(images), -1)),
    }
    if coarse:
        entries[b"coarse_labels"] = _integers([0] * len(labels))
    return _dict(entries)


def _dict(entries: dict[bytes, bytes]) -> bytes:
    return b"\x80\x02}(" + b"".join(_string(key) + value for key, value in entries.items()) + b"u."


def _names(count: int) -> bytes:
    return b"](" + b"".join(_string(f"class {i}".encode()) for i in range(count)) + b"e"


def _string(value: bytes) -> bytes:
    return b"T" + struct.pack("<i", len(value)) + value


def _integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _integers(values: list[int]) -> bytes:
    return b"](" + b"".join(map(_integer, values)) + b"e"


def _array(values: npt.NDArray[np.uint8]) -> bytes:
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + _string(b"b") + b"\x87R"
    kind = b"cnumpy\ndtype\n" + _string(b"u1") + b"K\x00K\x01\x87R"
    kind += b"(K\x03" + _string(b"|") + b"NNN" + _integer(-1) + _integer(-1) + b"K\x00tb"
    shape = _integer(values.shape[0]) + _integer(values.shape[1]) + b"\x86"
    return empty + b"(K\x01" + shape + kind + b"\x89" + _string(values.tobytes()) + b"tb"
