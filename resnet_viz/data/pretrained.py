"""Weights that others have published: in the data folder, or downloaded into it. Nothing here imports torch.

They lie in the folder ``torchvision`` under their published names, where a
person may also put them by hand.
"""

import errno
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from resnet_viz.data.blame import setting_at_fault
from resnet_viz.data.download import (
    Different,
    DownloadProgress,
    Failed,
    Interrupted,
    Patience,
    Refused,
    fetch,
    is_whole,
    part_path,
    remote_size_bytes,
)
from resnet_viz.data.sources import MIRROR_VARIABLE, RemoteFile, own_mirror
from resnet_viz.data.telling import TELL_EVERY_S, OnProgress, Teller
from resnet_viz.errors import WeightsUnavailable
from resnet_viz.locale import N_

_FOLDER = "torchvision"
_BUNDLED = "bundled:residual, bundled:plain"


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """A file of weights.

    Attributes:
        title: of the network, for people.
        name: of the file.
        about_bytes: its length, roughly; the server is asked for the exact one.
        sha256_start: the first hex digits of its SHA-256, at least eight.
        address: that ``name`` is appended to.
    """

    title: str
    name: str
    about_bytes: int
    sha256_start: str
    address: str

    def mirrors(self) -> tuple[str, ...]:
        """Where to ask: the published address, or only the folder ``torchvision/`` of the own mirror."""
        return own_mirror(_FOLDER) or (self.address,)


def weights_path(weights: PublishedWeights, data_folder: Path) -> Path:
    """Where the file is, once it is there."""
    return data_folder / _FOLDER / weights.name


def kept_weights(weights: PublishedWeights, data_folder: Path) -> Path | None:
    """The file, if it is there and what was published; a damaged one is removed."""
    path = weights_path(weights, data_folder)
    try:
        size_bytes = path.stat().st_size
    except FileNotFoundError:
        return None
    if is_whole(path, RemoteFile(weights.name, size_bytes, weights.sha256_start)):
        return path
    path.unlink(missing_ok=True)
    return None


def weights_progress(weights: PublishedWeights, data_folder: Path) -> DownloadProgress:
    """How much of the file is here, whoever is downloading it; of its rough length."""
    done = _done_bytes(weights, data_folder / _FOLDER)
    return DownloadProgress(weights.title, done, max(done, weights.about_bytes))


def obtain_weights(
    weights: PublishedWeights,
    data_folder: Path,
    on_progress: OnProgress | None = None,
    patience: Patience | None = None,
) -> Path:
    """The file, downloaded if it is not there; broken downloads are gone on with.

    Several processes may ask at once: one downloads, the others wait for it.

    Raises:
        WeightsUnavailable: with one sentence that says why and names the bundled networks.
    """
    patience = patience or Patience()
    place = data_folder / _FOLDER
    try:
        kept = kept_weights(weights, data_folder)
        if kept is not None:
            return kept
        place.mkdir(parents=True, exist_ok=True)
        with _turn(weights, place, on_progress):
            return kept_weights(weights, data_folder) or _download(weights, place, on_progress, patience)
    except Failed as failure:
        raise _unavailable(weights, failure, _done_bytes(weights, place)) from failure
    except OSError as error:
        raise _unwritable(weights, place, error) from error


def _download(
    weights: PublishedWeights, place: Path, on_progress: OnProgress | None, patience: Patience
) -> Path:
    size_bytes = remote_size_bytes(weights.name, weights.mirrors(), patience.timeout_s)
    file = RemoteFile(weights.name, size_bytes, weights.sha256_start)
    return fetch(file, weights.mirrors(), place, Teller(weights.title, size_bytes, on_progress), patience)


def _turn(
    weights: PublishedWeights, place: Path, on_progress: OnProgress | None
) -> AbstractContextManager[object]:
    """The right to write this file; while another process has it, its progress is told."""
    lock = FileLock(place / f".{weights.name}.lock")
    while True:
        try:
            return lock.acquire(timeout=TELL_EVERY_S)
        except Timeout:
            if on_progress is not None:
                on_progress(DownloadProgress(weights.title, _done_bytes(weights, place), weights.about_bytes))


def _done_bytes(weights: PublishedWeights, place: Path) -> int:
    # In this order, since the part becomes the file.
    for path in (_part(weights, place), place / weights.name):
        with suppress(FileNotFoundError):
            return path.stat().st_size
    return 0


def _part(weights: PublishedWeights, place: Path) -> Path:
    return part_path(RemoteFile(weights.name, weights.about_bytes, weights.sha256_start), place)


def _unavailable(weights: PublishedWeights, failure: Failed, done_bytes: int) -> WeightsUnavailable:
    at_fault = setting_at_fault(failure)
    if at_fault is not None:
        return WeightsUnavailable(*at_fault, what=weights.title, variable=MIRROR_VARIABLE, bundled=_BUNDLED)
    names: dict[str, str | int] = {"network": weights.title, "bundled": _BUNDLED}
    total = _megabytes(weights)
    if isinstance(failure, Interrupted):
        return WeightsUnavailable(
            "download_interrupted",
            N_(
                "The download of {network} was interrupted after {done} of {total} MB; try again to "
                "resume it there. Or choose a bundled network, which needs no download: {bundled}."
            ),
            done=done_bytes // 10**6,
            total=total,
            **names,
        )
    if isinstance(failure, Different):
        return WeightsUnavailable(
            "download_different",
            N_(
                "What the server offers as the weights of {network} is not what was published, so it was not "
                "used. Choose a bundled network, which needs no download: {bundled}."
            ),
            **names,
        )
    if isinstance(failure, Refused):
        return WeightsUnavailable(
            "download_refused",
            N_(
                "The server no longer offers the weights of {network} at their known address. Choose a "
                "bundled network, which needs no download: {bundled}."
            ),
            **names,
        )
    return WeightsUnavailable(
        "download_offline",
        N_(
            "{network} has to be downloaded once ({total} MB), and no server can be reached: check the "
            "connection and try again, or choose a bundled network, which needs no download: {bundled}."
        ),
        total=total,
        **names,
    )


def _unwritable(weights: PublishedWeights, place: Path, error: OSError) -> WeightsUnavailable:
    if error.errno == errno.ENOSPC:
        _part(weights, place).unlink(missing_ok=True)
        return WeightsUnavailable(
            "data_folder_full",
            N_(
                "The disk is full: {network} needs {total} MB in {folder}. Make room and try again, "
                "or choose a bundled network, which needs no download: {bundled}."
            ),
            network=weights.title,
            total=_megabytes(weights),
            folder=str(place),
            bundled=_BUNDLED,
        )
    return WeightsUnavailable(
        "data_folder_unwritable",
        N_(
            "{network} cannot be kept in {folder}: {reason}. Make the folder writable, "
            "or choose a bundled network, which needs no download: {bundled}."
        ),
        network=weights.title,
        folder=str(place),
        reason=error.strerror or type(error).__name__,
        bundled=_BUNDLED,
    )


def _megabytes(weights: PublishedWeights) -> int:
    return max(1, weights.about_bytes // 10**6)
