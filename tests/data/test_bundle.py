"""The bundled images are what the script makes and what the licence note says."""

import gzip
import hashlib
import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from resnet_viz.data.arrays import Arrays, bundled_path, read_arrays, write_arrays
from resnet_viz.data.balanced_order import balanced_order
from resnet_viz.data.catalogue import BUNDLED, DATASETS

ASSETS = Path(__file__).parents[2] / "assets"
PIXELS_AND_LABELS = "754712dc52b1319c38382a5ee7f5053c3da4bfa748c4a5a5084a9eb6b7cf3a04"


@pytest.fixture(scope="module")
def bundle() -> Arrays:
    return read_arrays(bundled_path(BUNDLED))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make", ASSETS / "make_fashion_mnist_small.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def digest(arrays: Arrays) -> str:
    content = hashlib.sha256()
    for array in arrays:
        content.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
    return content.hexdigest()


def test_content(bundle: Arrays) -> None:
    assert digest(bundle) == PIXELS_AND_LABELS


def test_size_and_classes_are_those_of_the_catalogue(bundle: Arrays) -> None:
    info = DATASETS[BUNDLED]
    assert bundle.train_images.shape == (info.train_size, info.channels, info.image_px, info.image_px)
    assert bundle.test_images.shape == (info.test_size, info.channels, info.image_px, info.image_px)
    assert np.bincount(bundle.train_labels).tolist() == [1200] * len(info.classes)
    assert np.bincount(bundle.test_labels).tolist() == [200] * len(info.classes)
    assert len(np.unique(bundle.train_images.reshape(12_000, -1), axis=0)) > 11_900


def test_file_is_small_and_its_licence_lies_beside_it() -> None:
    path = bundled_path(BUNDLED)
    assert path.stat().st_size <= 7_000_000
    licence = path.with_suffix(".LICENSE").read_text(encoding="utf-8")
    assert "Permission is hereby granted, free of charge" in licence
    assert "Zalando SE" in licence


def test_same_arrays_give_the_same_file(bundle: Arrays, tmp_path: Path) -> None:
    few = Arrays(*(array[:100] for array in bundle))
    write_arrays(few, tmp_path / "1.npz", compress=True)
    write_arrays(few, tmp_path / "2.npz", compress=True)
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    assert digest(read_arrays(tmp_path / "1.npz")) == digest(few)
    with np.load(tmp_path / "1.npz") as as_numpy_reads_it:
        assert np.array_equal(as_numpy_reads_it["test_images"], few.test_images)


def test_script_chooses_from_the_published_files(script: ModuleType, tmp_path: Path) -> None:
    generator = np.random.default_rng(2)
    published = {}
    for prefix, count in (("train", 20_000), ("t10k", 3_000)):
        # Each image carries its own number, so the choice can be read off it.
        images = np.zeros((count, 28, 28), np.uint8)
        images[:, 0, 0], images[:, 0, 1] = np.arange(count) % 256, np.arange(count) // 256
        labels = generator.permutation(np.arange(count) % 10).astype(np.uint8)
        published[prefix] = labels
        for name, head, body in (("images-idx3", 16, images), ("labels-idx1", 8, labels)):
            content = gzip.compress(bytes(head) + body.tobytes(), compresslevel=1)
            (tmp_path / f"{prefix}-{name}-ubyte.gz").write_bytes(content)
    chosen = script.selection(tmp_path)
    for prefix, images, labels in zip(("train", "t10k"), chosen[::2], chosen[1::2], strict=True):
        numbers = images[:, 0, 0, 0] + 256 * images[:, 0, 0, 1].astype(int)
        assert np.array_equal(labels, published[prefix][numbers])
        assert set(numbers) == set(balanced_order(published[prefix])[: len(numbers)])


DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")

if DEBIAN_FOLDER.is_dir():  # the package is not needed to use or test this project

    def test_script_makes_this_bundle_from_the_debian_package(script: ModuleType) -> None:
        assert digest(script.selection(DEBIAN_FOLDER)) == PIXELS_AND_LABELS
