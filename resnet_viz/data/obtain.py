"""Files that others have published: in the data folder, or downloaded into it. Nothing here imports torch.

What belongs together lies in one folder under the published names, where a person may also put it by hand.
"""

import errno
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from resnet_viz.data.download import (
    TELL_EVERY_S,
    DownloadProgress,
    Failed,
    OnProgress,
    Patience,
    Teller,
    fetch,
    is_whole,
    part_path,
    remote_size_bytes,
)
from resnet_viz.data.sources import RemoteFile, own_mirror
from resnet_viz.data.unavailable import Words

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Published:
    """One thing to be had: a data set, or a network's weights.

    Attributes:
        title: for people.
        folder: that its files lie in, in the data folder and on an own mirror.
        mirrors: addresses that a file's name is appended to, in the order to try.
        words: what is said when it cannot be had.
        has_exact_sizes: whether the sizes of ``files`` are exact; if not, the server is asked.
    """

    title: str
    folder: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...]
    words: Words
    has_exact_sizes: bool = True

    @property
    def size_bytes(self) -> int:
        """Bytes to download, as far as they are known beforehand."""
        return sum(file.size_bytes for file in self.files)

    def addresses(self) -> tuple[str, ...]:
        """Where to ask: the published mirrors, or only the own one."""
        return own_mirror(self.folder) or self.mirrors


def obtain(
    published: Published,
    data_folder: Path,
    kept: Callable[[], T | None],
    made: Callable[[], T],
    on_progress: OnProgress | None,
    patience: Patience,
) -> T:
    """What is ``kept`` of ``published``; without it, what is ``made`` of its files once they are downloaded.

    Broken downloads are resumed. Several processes may ask at once: one downloads, the others
    wait for it.

    Raises:
        DatasetUnavailable, WeightsUnavailable: with one sentence that says why, and what to choose instead.
    """
    place = data_folder / published.folder
    try:
        found = kept()
        if found is not None:
            return found
        place.mkdir(parents=True, exist_ok=True)
        with _turn(published, place, on_progress):
            found = kept()
            if found is None:
                _download(published, place, on_progress, patience)
                found = made()
            return found
    except Failed as failure:
        done_bytes = progress_of(published, data_folder).done_bytes
        raise published.words.failed(failure, published.title, done_bytes, published.size_bytes) from failure
    except OSError as error:
        if error.errno == errno.ENOSPC:
            for file in published.files:
                part_path(file, place).unlink(missing_ok=True)
        raise published.words.unwritable(error, published.title, place, published.size_bytes) from error


def obtain_file(
    published: Published,
    data_folder: Path,
    on_progress: OnProgress | None = None,
    patience: Patience | None = None,
) -> Path:
    """The only file of ``published``; see `obtain`."""
    return obtain(
        published,
        data_folder,
        lambda: kept_file(published, data_folder),
        lambda: file_path(published, data_folder),
        on_progress,
        patience or Patience(),
    )


def file_path(published: Published, data_folder: Path) -> Path:
    """Where the only file of ``published`` is, once it is there."""
    (file,) = published.files
    return data_folder / published.folder / file.name


def kept_file(published: Published, data_folder: Path) -> Path | None:
    """The only file, if it is there and what was published; a damaged one is removed."""
    (file,) = published.files
    path = file_path(published, data_folder)
    try:
        size_bytes = file.size_bytes if published.has_exact_sizes else path.stat().st_size
    except FileNotFoundError:
        return None
    if is_whole(path, replace(file, size_bytes=size_bytes)):
        return path
    path.unlink(missing_ok=True)
    return None


def progress_of(published: Published, data_folder: Path) -> DownloadProgress:
    """How much of it is here, whoever is downloading it."""
    done_bytes = sum(_done_bytes(file, data_folder / published.folder) for file in published.files)
    return DownloadProgress(published.title, done_bytes, max(done_bytes, published.size_bytes))


def _done_bytes(file: RemoteFile, place: Path) -> int:
    # In this order, since the part becomes the file.
    for path in (part_path(file, place), place / file.name):
        with suppress(FileNotFoundError):
            return path.stat().st_size
    return 0


def _turn(
    published: Published, place: Path, on_progress: OnProgress | None
) -> AbstractContextManager[object]:
    """The right to write these files; while another process has it, its progress is told."""
    lock = FileLock(place / f".{published.files[0].name}.lock")
    while True:
        try:
            return lock.acquire(timeout=TELL_EVERY_S)
        except Timeout:
            if on_progress is not None:
                on_progress(progress_of(published, place.parent))


def _download(published: Published, place: Path, on_progress: OnProgress | None, patience: Patience) -> None:
    mirrors, files = published.addresses(), published.files
    if not published.has_exact_sizes:
        files = tuple(
            replace(file, size_bytes=remote_size_bytes(file.name, mirrors, patience.timeout_s))
            for file in files
        )
    tell = Teller(published.title, sum(file.size_bytes for file in files), on_progress)
    before = 0
    for file in files:

        def on_bytes(count: int, before: int = before) -> None:
            tell(before + count)

        fetch(file, mirrors, place, on_bytes, patience)
        before += file.size_bytes
