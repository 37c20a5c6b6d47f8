"""Which of torchvision's networks is meant, and which file holds its weights. Nothing here imports torch."""

from collections.abc import Iterable
from pathlib import Path

from resnet_viz.data.obtain import Published, file_path
from resnet_viz.data.sources import RemoteFile
from resnet_viz.data.unavailable import WEIGHTS
from resnet_viz.errors import NotFound
from resnet_viz.locale import N_
from resnet_viz.networks.torchvision_catalogue import ADDRESS, DRAWN, ZOO, ZooEntry


def zoo_entry(reference: str) -> ZooEntry | None:
    """The entry that ``reference`` names, or None where it is none of torchvision's.

    Raises:
        NotFound: torchvision has it not, or it is not among those offered here.
    """
    kind, _, name = reference.partition(":")
    if kind != "torchvision":
        return None
    if name not in ZOO:
        raise _unknown(reference, ZOO)
    return ZOO[name]


def drawable(reference: str) -> str | None:
    """The name of torchvision's network that ``reference`` asks for, whether or not it has weights here.

    Raises:
        NotFound: torchvision has it not, or its architecture cannot be shown.
    """
    kind, _, name = reference.partition(":")
    if kind != "torchvision":
        return None
    if name not in DRAWN:
        raise _unknown(reference, DRAWN)
    return name


def weights_of(entry: ZooEntry) -> Published:
    """Which file holds the weights of ``entry``, and where it is published."""
    file = RemoteFile(entry.file, entry.size_bytes, entry.sha256_start)
    return Published(entry.title, "torchvision", (file,), (ADDRESS,), WEIGHTS, has_exact_sizes=False)


def weights_here(name: str, data_folder: Path) -> bool:
    """Whether the weights of torchvision's network ``name`` were downloaded into ``data_folder``."""
    return name in ZOO and file_path(weights_of(ZOO[name]), data_folder).exists()


def _unknown(reference: str, known: Iterable[str]) -> NotFound:
    return NotFound(
        "no_such_model",
        N_("There is no network {reference}; of torchvision's there are: {names}."),
        reference=reference[:200],
        names=", ".join(known),
    )
