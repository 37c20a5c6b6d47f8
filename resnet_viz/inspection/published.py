"""torchvision's networks with their published weights: downloaded and loaded."""

import pickle
from dataclasses import dataclass
from pathlib import Path

import torch

from resnet_viz.data.download import OnProgress
from resnet_viz.data.obtain import file_path, kept_file, obtain_file
from resnet_viz.errors import WeightsUnavailable
from resnet_viz.inspection.zoo_weights import weights_of, zoo_entry
from resnet_viz.locale import N_
from resnet_viz.networks.torchvision_catalogue import ZooEntry
from resnet_viz.networks.zoo_network import ZooNetwork


@dataclass(frozen=True, slots=True, eq=False)
class LoadedNetwork:
    """A network in evaluation mode; ``mean`` and ``std`` per channel in 0..1, ``classes`` in English."""

    network: ZooNetwork
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]


def fetch_weights(reference: str, data_folder: Path, on_progress: OnProgress | None = None) -> None:
    """Download what ``reference`` needs; nothing to do for networks that are on this machine.

    Raises:
        NotFound: there is no such network.
        WeightsUnavailable: with one sentence that says why and names the bundled networks.
    """
    entry = zoo_entry(reference)
    if entry is not None:
        obtain_file(weights_of(entry), data_folder, on_progress)


def load_published(entry: ZooEntry, data_folder: Path) -> LoadedNetwork:
    """The network of ``entry``, its file compared with its checksum first.

    Raises:
        WeightsUnavailable: the file is not there, or not as published.
    """
    place = file_path(weights_of(entry), data_folder)
    was_there = place.exists()
    path = kept_file(weights_of(entry), data_folder)
    if path is None and was_there:
        raise WeightsUnavailable(
            "weights_different",
            N_(
                "The file {file} is not what was published and was removed; download it, or put the right "
                "one there."
            ),
            file=place.name,
        )
    if path is None:
        raise WeightsUnavailable(
            "weights_not_here",
            N_("{network} has to be downloaded first ({total} MB)."),
            network=entry.title,
            total=entry.size_bytes // 10**6,
        )
    # torchvision takes seconds to import.
    from resnet_viz.networks.torchvision_zoo import published, with_weights

    try:
        network = with_weights(entry.name, torch.load(path, map_location="cpu", weights_only=True))
    except (RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise WeightsUnavailable(
            "weights_unreadable",
            N_("The weights of {network} cannot be read by the installed PyTorch."),
            network=entry.title,
        ) from error
    weights = published(entry.name)
    preset = weights.transforms()
    return LoadedNetwork(network, tuple(weights.meta["categories"]), tuple(preset.mean), tuple(preset.std))
