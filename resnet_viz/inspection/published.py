"""torchvision's networks with their published weights: asked for, downloaded, loaded."""

import pickle
import threading
from dataclasses import dataclass
from pathlib import Path

import torch

from resnet_viz.data.download import DownloadProgress
from resnet_viz.data.pretrained import (
    PublishedWeights,
    kept_weights,
    obtain_weights,
    weights_path,
    weights_progress,
)
from resnet_viz.data.telling import OnProgress
from resnet_viz.errors import NotFound, WeightsUnavailable
from resnet_viz.locale import N_
from resnet_viz.networks.zoo import ADDRESS, ZOO, ZooEntry
from resnet_viz.networks.zoo_network import ZooNetwork


@dataclass(frozen=True, slots=True, eq=False)
class LoadedNetwork:
    """A network in evaluation mode; ``mean`` and ``std`` per channel in 0..1, ``classes`` in English."""

    network: ZooNetwork
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]


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


def fetch_weights(reference: str, data_folder: Path, on_progress: OnProgress | None = None) -> None:
    """Download what ``reference`` needs; nothing to do for networks that are on this machine.

    Raises:
        NotFound: there is no such network.
        WeightsUnavailable: with one sentence that says why and names the bundled networks.
    """
    entry = zoo_entry(reference)
    if entry is not None:
        obtain_weights(weights_of(entry), data_folder, on_progress)


def load_published(entry: ZooEntry, data_folder: Path) -> LoadedNetwork:
    """The network of ``entry``, its file compared with its checksum first.

    Raises:
        WeightsUnavailable: the file is not there, or not as published.
    """
    path = kept_weights(weights_of(entry), data_folder)
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


class Fetches:
    """Downloads in the background, asked after again and again."""

    def __init__(self, data_folder: Path) -> None:
        self._data_folder = data_folder
        self._running: dict[str, _Fetch] = {}

    def ask(self, reference: str) -> DownloadProgress | None:
        """None once all that ``reference`` needs is here; until then how far its download is.

        The first question starts the download. One that failed is reported
        once; asking again tries again and goes on from where it broke off.

        Raises:
            NotFound: there is no such network.
            WeightsUnavailable: the download failed.
        """
        entry = zoo_entry(reference)
        if entry is None:
            return None
        fetch = self._running.get(reference)
        if fetch is None:
            if weights_path(weights_of(entry), self._data_folder).exists():
                return None  # compared with its checksum when it is loaded
            fetch = self._running[reference] = _Fetch(reference, self._data_folder)
            fetch.start()
        elif not fetch.is_alive():
            del self._running[reference]
            if fetch.error is not None:
                raise fetch.error
            return None
        return weights_progress(weights_of(entry), self._data_folder)


class _Fetch(threading.Thread):
    def __init__(self, reference: str, data_folder: Path) -> None:
        super().__init__(name=f"fetch {reference}", daemon=True)
        self._reference = reference
        self._data_folder = data_folder
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            fetch_weights(self._reference, self._data_folder)
        except Exception as error:  # raised again where the question is asked
            self.error = error
