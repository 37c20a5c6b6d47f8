"""The networks trained on ImageNet that torchvision publishes and this project can look into.

Nothing here imports torch: a page can list them at once. All are the weights
that torchvision calls ``IMAGENET1K_V1``: one recipe, one way to prepare images.
"""

from dataclasses import dataclass
from typing import Final, Literal

from resnet_viz.locale import N_

Family = Literal["resnet", "densenet", "vgg", "alexnet"]

ADDRESS = "https://download.pytorch.org/models/"
CHANNELS = 3
RESIZE_PX = 256
IMAGE_PX = 224


@dataclass(frozen=True, slots=True)
class ZooEntry:
    """One network of torchvision and the file of its weights.

    Attributes:
        name: as torchvision calls it.
        depth: weighted layers on the main path.
        file: its name ends in the first eight hex digits of its SHA-256.
        size_bytes: of the file, to the nearest kilobyte or so.
        accuracy: on the ImageNet validation set, one crop, as torchvision reports it, 0..1.
        about: English, to be translated when shown.
    """

    name: str
    title: str
    family: Family
    depth: int
    file: str
    size_bytes: int
    accuracy: float
    about: str

    @property
    def reference(self) -> str:
        """How the network is asked for, as in ``explain --model``."""
        return f"torchvision:{self.name}"

    @property
    def sha256_start(self) -> str:
        """The first eight hex digits of the file's SHA-256."""
        return self.file.removesuffix(".pth").rpartition("-")[2]


_RESIDUAL = N_("Residual: each block adds its input to its output.")
_GROUPED = N_("Residual, with convolutions in 32 groups.")
_DENSE = N_("Dense: each layer gets the outputs of all earlier layers of its block.")
_PLAIN = N_("Plain: one layer after the other.")
_PLAIN_NORM = N_("Plain, with batch normalisation.")

ZOO: dict[str, ZooEntry] = {
    entry.name: entry
    for entry in (
        ZooEntry(
            "resnet18", "ResNet-18", "resnet", 18, "resnet18-f37072fd.pth", 46_830_000, 0.69758, _RESIDUAL
        ),
        ZooEntry(
            "resnet34", "ResNet-34", "resnet", 34, "resnet34-b627a593.pth", 87_319_000, 0.73314, _RESIDUAL
        ),
        ZooEntry(
            "resnet50", "ResNet-50", "resnet", 50, "resnet50-0676ba61.pth", 102_530_000, 0.7613, _RESIDUAL
        ),
        ZooEntry(
            "resnext50_32x4d",
            "ResNeXt-50 32×4d",
            "resnet",
            50,
            "resnext50_32x4d-7cdf4587.pth",
            100_442_000,
            0.77618,
            _GROUPED,
        ),
        ZooEntry(
            "densenet121",
            "DenseNet-121",
            "densenet",
            121,
            "densenet121-a639ec97.pth",
            32_343_000,
            0.74434,
            _DENSE,
        ),
        ZooEntry("vgg16", "VGG-16", "vgg", 16, "vgg16-397923af.pth", 553_434_000, 0.71592, _PLAIN),
        ZooEntry(
            "vgg16_bn", "VGG-16 BN", "vgg", 16, "vgg16_bn-6c64b313.pth", 553_508_000, 0.7336, _PLAIN_NORM
        ),
        ZooEntry(
            "alexnet", "AlexNet", "alexnet", 8, "alexnet-owt-7be5be79.pth", 244_409_000, 0.56522, _PLAIN
        ),
    )
}

_DEPTHS = {
    "resnet": ("18", "34", "50", "101", "152"),
    "resnext": ("50_32x4d", "101_32x8d", "101_64x4d"),
    "wide_resnet": ("50_2", "101_2"),
    "densenet": ("121", "161", "169", "201"),
    "vgg": tuple(f"{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19)),
    "alexnet": ("",),
}
DRAWN: Final = {f"{kind}{depth}": kind for kind, depths in _DEPTHS.items() for depth in depths}
"""Of which kind each network is whose architecture can be shown, untrained: more than `ZOO` has."""
