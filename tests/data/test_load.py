"""Loading: real formats through a real server, the bundled set, sizes and resolutions."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from PIL import Image

from resnet_viz.data.catalogue import DATASETS
from resnet_viz.data.download import DownloadProgress, Patience, part_path
from resnet_viz.data.load import LoadedData, channel_statistics, load, resized
from resnet_viz.data.sources import MIRROR_VARIABLE, SOURCES, RemoteFile, Source
from resnet_viz.errors import DatasetUnavailable
from resnet_viz.specs import Dataset, DataSpec
from tests.data.archives import Archive, cifar10_archive, cifar100_archive, idx_archive, svhn_archive
from tests.data.server import Cut, FileServer, Instead, Status

ARCHIVES: dict[Dataset, Archive] = {
    "fashion-mnist": idx_archive(),
    "mnist": idx_archive(),
    "cifar10": cifar10_archive(),
    "cifar100": cifar100_archive(),
    "svhn": svhn_archive(),
}
AT_ONCE = Patience(rounds=2, pause_s=0, timeout_s=5)


def publish(name: Dataset, server: FileServer) -> Source:
    """Put the tiny archive on the server; the source describes it as `SOURCES` does the real one."""
    files = ARCHIVES[name].files
    server.files.update({f"/{name}/{file}": body for file, body in files.items()})
    described = tuple(
        RemoteFile(file.name, len(files[file.name]), hashlib.sha256(files[file.name]).hexdigest())
        for file in SOURCES[name].files
    )
    return Source(name, SOURCES[name].layout, described, (f"{server.address}{name}/",))


def get(
    source: Source, folder: Path, progress: list[DownloadProgress] | None = None, size: int | None = None
) -> LoadedData:
    tell = None if progress is None else progress.append
    spec = DataSpec(dataset=source.dataset, train_size=size)
    return load(spec, folder, tell, sources={source.dataset: source}, patience=AT_ONCE)


def lock_of(source: Source) -> str:
    return f".{source.files[0].name}.lock"


def size_of(source: Source) -> int:
    return sum(file.size_bytes for file in source.files)


def as_set(images: torch.Tensor, labels: torch.Tensor) -> set[tuple[bytes, int]]:
    return {(image.numpy().tobytes(), int(label)) for image, label in zip(images, labels, strict=True)}


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ARCHIVES)
def test_real_formats(name: Dataset, server: FileServer, tmp_path: Path) -> None:
    source = publish(name, server)
    expected = ARCHIVES[name].expected
    progress: list[DownloadProgress] = []
    data = get(source, tmp_path, progress)

    assert as_set(data.train_images, data.train_labels) == as_set(
        torch.from_numpy(expected.train_images), torch.from_numpy(expected.train_labels)
    )
    assert torch.equal(data.test_images, torch.from_numpy(expected.test_images))
    assert data.test_labels.tolist() == expected.test_labels.tolist()
    assert data.train_labels.dtype == torch.int64
    assert data.info.name == name
    total = sum(map(len, ARCHIVES[name].files.values()))
    assert progress[-1] == DownloadProgress(name, total, total)
    assert [p.done_bytes for p in progress] == sorted(p.done_bytes for p in progress)

    place = tmp_path / name
    assert left(place) == {*ARCHIVES[name].files, f"images-{source.digest}.npz", lock_of(source)}
    assert left(tmp_path) == {f"{name}/{file}" for file in left(place)}  # nothing escaped from an archive
    asked = len(server.requests)
    again = get(source, tmp_path)
    assert len(server.requests) == asked
    assert torch.equal(again.train_images, data.train_images)
    assert torch.equal(again.train_labels, data.train_labels)


@pytest.mark.parametrize("name", SOURCES)
def test_sources_belong_to_the_catalogue(name: str) -> None:
    source = SOURCES[name]
    assert source.dataset == name
    assert not DATASETS[name].bundled
    assert all(len(bytes.fromhex(file.sha256)) == 32 for file in source.files)
    assert all(mirror.endswith("/") for mirror in source.mirrors)


def test_every_set_is_bundled_or_has_a_source() -> None:
    assert {name for name, info in DATASETS.items() if not info.bundled} == set(SOURCES)


def test_kept_arrays_that_were_damaged_are_made_anew(server: FileServer, tmp_path: Path) -> None:
    source = publish("mnist", server)
    first = get(source, tmp_path)
    kept = tmp_path / "mnist" / f"images-{source.digest}.npz"
    whole = kept.read_bytes()
    pixel = len(whole) // 2
    for damage in (whole[:pixel], whole[:pixel] + bytes([whole[pixel] ^ 1]) + whole[pixel + 1 :], b"PK"):
        kept.write_bytes(damage)
        assert torch.equal(get(source, tmp_path).train_images, first.train_images)
        assert kept.read_bytes() == whole


def test_another_edition_is_not_taken_for_this_one(server: FileServer, tmp_path: Path) -> None:
    assert len(get(publish("mnist", server), tmp_path).train_images) == 40
    (tmp_path / "mnist" / "images-00000000.npz").write_bytes(b"of another edition")
    assert len(get(publish("mnist", server), tmp_path).train_images) == 40


def test_leftovers_of_a_killed_process_do_not_matter(server: FileServer, tmp_path: Path) -> None:
    scratch = tmp_path / "cifar10" / ".unpacked"
    (scratch / "cifar-10-batches-py").mkdir(parents=True)
    (scratch / "cifar-10-batches-py" / "data_batch_1").write_bytes(b"half")
    source = publish("cifar10", server)
    (tmp_path / "cifar10" / lock_of(source)).touch()
    get(source, tmp_path)
    assert not scratch.exists()


def test_own_mirror_replaces_the_published_ones(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = publish("svhn", server)
    monkeypatch.setenv(MIRROR_VARIABLE, server.address)
    nowhere = Source(source.dataset, source.layout, source.files, ("http://127.0.0.1:1/",))
    assert len(get(nowhere, tmp_path).train_images) == 40
    assert [path for path, _ in server.requests] == ["/svhn/train_32x32.mat", "/svhn/test_32x32.mat"]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("download_offline", "no server can be reached"),
        ("download_refused", "no longer offer cifar10"),
        ("download_different", "not the published data set"),
        ("download_interrupted", "was interrupted"),
    ],
)
def test_failures_are_one_sentence_that_names_the_bundled_set(
    code: str, words: str, server: FileServer, tmp_path: Path
) -> None:
    source = publish("cifar10", server)
    size = size_of(source)
    if code == "download_offline":
        source = Source(source.dataset, source.layout, source.files, ("http://127.0.0.1:1/",))
    elif code == "download_refused":
        server.files.clear()
    elif code == "download_different":
        server.faults.append(Instead(bytes(size)))
    else:
        server.faults.extend([Cut(1000), Status(500)])
    with pytest.raises(DatasetUnavailable, match=words) as refusal:
        get(source, tmp_path)
    assert refusal.value.code == code
    assert "fashion-mnist-small" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    expected = {lock_of(source)}
    if code == "download_interrupted":
        expected.add(part_path(source.files[0], tmp_path).name)
    assert left(tmp_path / "cifar10") == expected


@pytest.mark.parametrize("fault", ["offline", "no address", "empty", "other files"])
def test_a_wrong_mirror_is_named_as_the_setting_it_is(
    fault: str, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = publish("cifar10", server)
    places = {"offline": "http://127.0.0.1:1/secret", "no address": "secret"}
    monkeypatch.setenv(MIRROR_VARIABLE, places.get(fault, f"{server.address}secret"))
    if fault == "other files":
        server.files["/secret/cifar10/cifar-10-python.tar.gz"] = bytes(size_of(source))
    with pytest.raises(DatasetUnavailable, match=MIRROR_VARIABLE) as refusal:
        get(source, tmp_path)
    told = str(refusal.value)
    assert "cifar10" in told
    assert "fashion-mnist-small" in told
    assert "server" not in told
    assert "secret" not in told, "an address may hold a password"


def test_interrupted_download_goes_on_next_time(server: FileServer, tmp_path: Path) -> None:
    source = publish("svhn", server)
    server.faults.extend([None, Cut(2000), Status(503), Status(503)])
    with pytest.raises(DatasetUnavailable):
        get(source, tmp_path)
    progress: list[DownloadProgress] = []
    get(source, tmp_path, progress)
    assert server.requests[-1] == ("/svhn/test_32x32.mat", "bytes=2000-")
    assert progress[0].done_bytes == source.files[0].size_bytes


def test_folder_that_cannot_be_used_is_a_sentence(server: FileServer, tmp_path: Path) -> None:
    (tmp_path / "mnist").write_text("a file where the folder should be")
    with pytest.raises(DatasetUnavailable, match="cannot be kept in") as refusal:
        get(publish("mnist", server), tmp_path)
    assert refusal.value.code == "data_folder_unwritable"


def test_full_disk_is_a_sentence_and_leaves_room(
    server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = publish("mnist", server)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resnet_viz.data.published_arrays.write_arrays", full)
    with pytest.raises(DatasetUnavailable, match="The disk is full") as refusal:
        get(source, tmp_path)
    assert refusal.value.code == "data_folder_full"
    assert left(tmp_path / "mnist") == {*ARCHIVES["mnist"].files, lock_of(source)}


def test_second_process_waits_and_tells(server: FileServer, tmp_path: Path) -> None:
    source = publish("mnist", server)
    place = tmp_path / "mnist"
    place.mkdir()
    part_path(source.files[0], place).write_bytes(b"123")
    progress: list[DownloadProgress] = []
    told = threading.Event()

    def tell(event: DownloadProgress) -> None:
        progress.append(event)
        told.set()

    thread = threading.Thread(
        target=lambda: load(DataSpec(dataset="mnist"), tmp_path, tell, sources={"mnist": source})
    )
    with FileLock(place / lock_of(source)):
        thread.start()
        assert told.wait(20)
        assert server.requests == []
        assert progress[0] == DownloadProgress("mnist", 3, size_of(source))
    thread.join(60)
    assert progress[-1].done_bytes == size_of(source)


def test_those_who_ask_at_once_share_one_download(server: FileServer, tmp_path: Path) -> None:
    source = publish("svhn", server)
    results: list[LoadedData] = []
    threads = [threading.Thread(target=lambda: results.append(get(source, tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(results) == 4
    assert all(torch.equal(results[0].train_images, other.train_images) for other in results)
    assert len(server.requests) == 2


def test_bundled_set_needs_no_folder_and_no_torchvision(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from resnet_viz.data.load import load;"
        "from resnet_viz.specs import DataSpec;"
        f"data = load(DataSpec(), Path({str(tmp_path / 'absent')!r}));"
        "print(len(data.train_images), len(data.test_images), 'torchvision' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["12000", "2000", "False"]
    assert not (tmp_path / "absent").exists()


def test_catalogue_and_sources_do_not_import_torch() -> None:
    code = "import sys, resnet_viz.data.catalogue, resnet_viz.data.sources, resnet_viz.data.download;"
    code += "print('torch' in sys.modules, 'numpy' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ.copy()
    )
    assert run.stdout.split() == ["False", "False"]


@pytest.fixture(scope="module")
def small() -> LoadedData:
    return load(DataSpec(train_size=1000), Path("unused"))


def test_smaller_sets_are_contained_in_larger_ones(small: LoadedData) -> None:
    smaller = load(DataSpec(train_size=100), Path("unused"))
    assert torch.equal(smaller.train_images, small.train_images[:100])
    assert smaller.train_labels.bincount().tolist() == [10] * 10
    assert len(smaller.test_images) == len(small.test_images) == 2000


def test_statistics_are_those_of_the_chosen_images(small: LoadedData) -> None:
    values = small.train_images.numpy().astype(np.float64) / 255
    np.testing.assert_allclose(small.mean.numpy(), values.mean((0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(small.std.numpy(), values.std((0, 2, 3)), rtol=1e-6)


def test_statistics_per_channel_and_of_constant_images() -> None:
    images = torch.zeros(5, 3, 8, 8, dtype=torch.uint8)
    images[:, 1] = 255
    images[:, 2, ::2] = 100
    mean, std = channel_statistics(images)
    assert mean.tolist() == pytest.approx([0, 1, 50 / 255])
    assert std.tolist() == pytest.approx([1 / 255, 1 / 255, 50 / 255])


@pytest.mark.parametrize("px", [8, 14, 20, 28, 32, 64])
def test_resizing_agrees_with_pillow(px: int, small: LoadedData) -> None:
    images = small.test_images[:20]
    result = resized(images, px)
    assert result.shape == (20, 1, px, px)
    assert result.dtype == torch.uint8
    for image, expected in zip(result, images, strict=True):
        reference = Image.fromarray(expected[0].numpy()).resize((px, px), Image.Resampling.BILINEAR)
        difference = image[0].numpy().astype(int) - np.asarray(reference)
        assert np.abs(difference).max() <= 1  # Pillow rounds after each direction


def test_resizing_in_chunks_mixes_nothing_up() -> None:
    levels = torch.arange(2100).remainder(256).to(torch.uint8)
    images = levels.view(-1, 1, 1, 1).expand(-1, 3, 10, 10).contiguous()
    assert torch.equal(resized(images, 8)[:, 2, 3, 3], levels)


def test_resolution_is_used_for_training_and_testing() -> None:
    data = load(DataSpec(train_size=50, resolution_px=14), Path("unused"))
    assert data.train_images.shape == (50, 1, 14, 14)
    assert data.test_images.shape == (2000, 1, 14, 14)
