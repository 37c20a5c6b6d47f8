"""Which of torchvision's networks is meant, and which file holds its weights. Nothing here imports torch."""

from resnet_viz.data.pretrained import PublishedWeights
from resnet_viz.errors import NotFound
from resnet_viz.locale import N_
from resnet_viz.networks.zoo import ADDRESS, ZOO, ZooEntry


def zoo_entry(reference: str) -> ZooEntry | None:
    """The entry that ``reference`` names, or None where it is none of torchvision's.

    Raises:
        NotFound: torchvision has it not, or it is not among those offered here.
    """
    kind, _, name = reference.partition(":")
    if kind != "torchvision":
        return None
    if name not in ZOO:
        raise NotFound(
            "no_such_model",
            N_("There is no network {reference}; of torchvision's there are: {names}."),
            reference=reference[:200],
            names=", ".join(ZOO),
        )
    return ZOO[name]


def weights_of(entry: ZooEntry) -> PublishedWeights:
    """Which file holds the weights of ``entry``, and where it is published."""
    return PublishedWeights(entry.title, entry.file, entry.size_bytes, entry.sha256_start, ADDRESS)
