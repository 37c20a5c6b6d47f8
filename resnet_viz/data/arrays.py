"""A whole data set as four arrays, and the file they are kept in."""

import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Arrays(NamedTuple):
    """Images uint8 [N, C, H, W] and labels uint8 [N], for training and for testing."""

    train_images: npt.NDArray[np.uint8]
    train_labels: npt.NDArray[np.uint8]
    test_images: npt.NDArray[np.uint8]
    test_labels: npt.NDArray[np.uint8]


class DamagedArrays(Exception):
    """The file does not hold what was written."""


def write_arrays(arrays: Arrays, path: Path, *, compress: bool) -> None:
    """Write an ``.npz`` whose bytes depend on nothing but the arrays (and zlib, when compressed)."""
    method = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method, compresslevel=9) as target:
        for name, array in arrays._asdict().items():
            member = zipfile.ZipInfo(f"{name}.npy")  # dated 1980, always
            member.compress_type = method
            with target.open(member, "w", force_zip64=True) as stream:
                values = np.ascontiguousarray(array)
                np.lib.format.write_array(stream, values, version=(1, 0), allow_pickle=False)


def read_arrays(path: Path) -> Arrays:
    """What `write_arrays` wrote.

    Raises:
        OSError: no such file.
        DamagedArrays: the file is not whole (each array's CRC-32 is compared).
    """
    try:
        with zipfile.ZipFile(path) as source:
            return Arrays(*(_read(source, name) for name in Arrays._fields))
    except (ValueError, KeyError, EOFError, NotImplementedError, zlib.error, zipfile.BadZipFile) as error:
        raise DamagedArrays(path.name) from error


def bundled_path(name: str) -> Path:
    """Where the data set ``name`` lies in this project, if it is bundled."""
    return Path(__file__).parents[2] / "assets" / "data" / f"{name}.npz"


def _read(source: zipfile.ZipFile, name: str) -> npt.NDArray[np.uint8]:
    with source.open(f"{name}.npy") as stream:
        array: npt.NDArray[np.uint8] = np.lib.format.read_array(stream, allow_pickle=False)
        stream.read()  # to the end, where the CRC-32 is compared
    return array
