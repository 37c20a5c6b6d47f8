"""A published data set as arrays: made once of its files, kept beside them and read from then on."""

import shutil
from pathlib import Path

from resnet_viz.data.arrays import Arrays, DamagedArrays, read_arrays, write_arrays
from resnet_viz.data.download import OnProgress, Patience
from resnet_viz.data.obtain import Published, obtain
from resnet_viz.data.sources import Source
from resnet_viz.data.unavailable import DATASET


def obtain_arrays(
    source: Source, data_folder: Path, on_progress: OnProgress | None, patience: Patience
) -> Arrays:
    """The images of ``source``, downloaded where they are not here yet.

    Raises:
        DatasetUnavailable: with one sentence that says why and names the bundled set.
    """
    published = Published(source.dataset, source.dataset, source.files, source.mirrors, DATASET)
    kept = source.kept_path(data_folder)
    return obtain(
        published, data_folder, lambda: _kept(kept), lambda: _made(source, kept), on_progress, patience
    )


def _kept(path: Path) -> Arrays | None:
    """The arrays made earlier, if they are there and whole."""
    try:
        return read_arrays(path)
    except FileNotFoundError:
        return None
    except DamagedArrays:
        path.unlink()
        return None


def _made(source: Source, kept: Path) -> Arrays:
    # torchvision takes seconds to import.
    from resnet_viz.data.torchvision_files import read_published

    place = kept.parent
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
