"""A published data set as arrays: from the data folder, or downloaded into it.

Each data set has a folder of its own with the files as published, which a
person may also put there by hand, and with ``images-….npz``, made from them
once and read from then on.
"""

import errno
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, Timeout

from resnet_viz.data.arrays import Arrays, DamagedArrays, read_arrays, write_arrays
from resnet_viz.data.blame import setting_at_fault
from resnet_viz.data.catalogue import BUNDLED
from resnet_viz.data.download import (
    Different,
    Failed,
    Interrupted,
    Patience,
    Refused,
    fetch,
    part_path,
)
from resnet_viz.data.sources import MIRROR_VARIABLE, Source
from resnet_viz.data.telling import TELL_EVERY_S, OnProgress, Teller
from resnet_viz.errors import DatasetUnavailable
from resnet_viz.locale import N_


def obtain(source: Source, folder: Path, on_progress: OnProgress | None, patience: Patience) -> Arrays:
    """The images of ``source``; see `resnet_viz.data.load.load` for the rest.

    Several processes may ask at once: one downloads, the others wait for it.

    Raises:
        DatasetUnavailable: with one sentence that says why and names the bundled set.
    """
    kept = kept_path(source, folder)
    place = kept.parent
    tell = Teller(source.dataset, source.size_bytes, on_progress)
    try:
        arrays = _kept(kept)
        if arrays is not None:
            return arrays
        place.mkdir(parents=True, exist_ok=True)
        with _turn(source, place, tell):
            return _kept(kept) or _make(source, place, kept, tell, patience)
    except OSError as error:
        raise _unwritable(source, place, error) from error


def kept_path(source: Source, folder: Path) -> Path:
    """Where the arrays of ``source`` are once they were obtained."""
    return folder / source.dataset / f"images-{source.digest}.npz"


def _turn(source: Source, place: Path, tell: Callable[[int], None]) -> AbstractContextManager[object]:
    """The right to write in ``place``; while another process has it, its progress is told."""
    lock = FileLock(place / ".lock")
    while True:
        try:
            return lock.acquire(timeout=TELL_EVERY_S)
        except Timeout:
            tell(_done_bytes(source, place))


def _make(source: Source, place: Path, kept: Path, tell: Callable[[int], None], patience: Patience) -> Arrays:
    before = 0
    for file in source.files:

        def on_bytes(count: int, before: int = before) -> None:
            tell(before + count)

        try:
            fetch(file, source.addresses(), place, on_bytes, patience)
        except Failed as failure:
            raise _unavailable(source, failure, _done_bytes(source, place)) from failure
        before += file.size_bytes
    # torchvision takes seconds to import.
    from resnet_viz.data.published import read_published

    scratch = place / ".unpacked"
    shutil.rmtree(scratch, ignore_errors=True)  # left by a process that was killed
    scratch.mkdir()
    try:
        arrays = read_published(source, place, scratch)
        written = scratch / kept.name
        write_arrays(arrays, written, compress=False)
        written.replace(kept)
    finally:
        shutil.rmtree(scratch)
    return arrays


def _kept(path: Path) -> Arrays | None:
    """The arrays made earlier, if they are there and whole."""
    try:
        return read_arrays(path)
    except FileNotFoundError:
        return None
    except DamagedArrays:
        path.unlink()
        return None


def _done_bytes(source: Source, place: Path) -> int:
    done = 0
    for file in source.files:
        for path in (place / file.name, part_path(file, place)):
            if path.exists():
                done += path.stat().st_size
                break
    return done


def _unavailable(source: Source, failure: Failed, done_bytes: int) -> DatasetUnavailable:
    at_fault = setting_at_fault(failure)
    if at_fault is not None:
        return DatasetUnavailable(*at_fault, what=source.dataset, variable=MIRROR_VARIABLE, bundled=BUNDLED)
    names: dict[str, str | int] = {"dataset": source.dataset, "bundled": BUNDLED}
    if isinstance(failure, Interrupted):
        return DatasetUnavailable(
            "download_interrupted",
            N_(
                "The download of {dataset} was interrupted after {done} of {total} MB; try again to "
                "resume it there. Or choose {bundled}, which needs no download."
            ),
            done=done_bytes // 10**6,
            total=max(1, source.size_bytes // 10**6),
            **names,
        )
    if isinstance(failure, Different):
        return DatasetUnavailable(
            "download_different",
            N_(
                "What the servers offer as {dataset} is not the published data set, so it was not used. "
                "Choose {bundled}, which needs no download."
            ),
            **names,
        )
    if isinstance(failure, Refused):
        return DatasetUnavailable(
            "download_refused",
            N_(
                "The servers no longer offer {dataset} at its known addresses. Choose {bundled}, which "
                "needs no download."
            ),
            **names,
        )
    return DatasetUnavailable(
        "download_offline",
        N_(
            "{dataset} has to be downloaded, and no server can be reached. Check the connection "
            "and try again, or choose {bundled}, which needs no download."
        ),
        **names,
    )


def _unwritable(source: Source, place: Path, error: OSError) -> DatasetUnavailable:
    if error.errno == errno.ENOSPC:
        for file in source.files:
            part_path(file, place).unlink(missing_ok=True)
        return DatasetUnavailable(
            "data_folder_full",
            N_(
                "The disk is full: {dataset} needs {total} MB in {folder}. Make room and try again, "
                "or choose {bundled}, which needs no download."
            ),
            dataset=source.dataset,
            total=3 * source.size_bytes // 10**6,
            folder=str(place),
            bundled=BUNDLED,
        )
    return DatasetUnavailable(
        "data_folder_unwritable",
        N_(
            "{dataset} cannot be kept in {folder}: {reason}. Make the folder writable, "
            "or choose {bundled}, which needs no download."
        ),
        dataset=source.dataset,
        folder=str(place),
        reason=error.strerror or type(error).__name__,
        bundled=BUNDLED,
    )
