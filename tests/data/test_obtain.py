"""Published weights from a local server: whole, checked, gone on with, or refused in one sentence."""

import hashlib
from pathlib import Path

import pytest

from resnet_viz.data.download import DownloadProgress, Patience
from resnet_viz.data.obtain import Published, kept_file, obtain_file, progress_of
from resnet_viz.data.sources import MIRROR_VARIABLE, RemoteFile
from resnet_viz.data.unavailable import WEIGHTS
from resnet_viz.errors import WeightsUnavailable
from tests.data.server import Cut, FileServer, Instead

CONTENT = bytes(range(256)) * 4096  # 1 MB
START = hashlib.sha256(CONTENT).hexdigest()[:8]
NAME = f"small-{START}.pth"
QUICK = Patience(rounds=1, pause_s=0, timeout_s=5)


def small_net(address: str, about_bytes: int = 1_000_000) -> Published:
    file = RemoteFile(NAME, about_bytes, START)
    return Published("SmallNet", "torchvision", (file,), (address,), WEIGHTS, has_exact_sizes=False)


def weights(server: FileServer) -> Published:
    return small_net(server.address)


def test_progress_ends_with_the_whole_file(server: FileServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}"] = CONTENT
    told: list[DownloadProgress] = []
    path = obtain_file(weights(server), tmp_path, told.append, QUICK)
    assert path == tmp_path / "torchvision" / NAME
    assert path.read_bytes() == CONTENT
    # The exact length is the server's, not the rough one of the list.
    assert told[-1] == DownloadProgress("SmallNet", len(CONTENT), len(CONTENT))
    assert progress_of(weights(server), tmp_path).done_bytes == len(CONTENT)
    asked = len(server.requests)
    assert obtain_file(weights(server), tmp_path, None, QUICK) == path
    assert len(server.requests) == asked


def test_a_broken_download_is_gone_on_with(server: FileServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}"] = CONTENT
    server.faults.append(Cut(100_000))
    with pytest.raises(WeightsUnavailable, match="was interrupted") as refusal:
        obtain_file(weights(server), tmp_path, None, QUICK)
    assert refusal.value.code == "download_interrupted"
    assert kept_file(weights(server), tmp_path) is None
    here = progress_of(weights(server), tmp_path).done_bytes
    assert here > 0
    assert obtain_file(weights(server), tmp_path, None, QUICK).read_bytes() == CONTENT
    assert server.requests[-1][1] == f"bytes={here}-"


def test_other_bytes_are_not_used(server: FileServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}"] = CONTENT
    server.faults.append(Instead(CONTENT[::-1]))
    with pytest.raises(WeightsUnavailable, match="not what was published") as refusal:
        obtain_file(weights(server), tmp_path, None, QUICK)
    assert refusal.value.code == "download_different"
    assert not (tmp_path / "torchvision" / NAME).exists()


def test_a_damaged_file_is_downloaded_again(server: FileServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}"] = CONTENT
    path = obtain_file(weights(server), tmp_path, None, QUICK)
    path.write_bytes(CONTENT[:-1] + b"x")
    assert kept_file(weights(server), tmp_path) is None
    assert obtain_file(weights(server), tmp_path, None, QUICK).read_bytes() == CONTENT


def test_a_server_without_the_file(server: FileServer, tmp_path: Path) -> None:
    with pytest.raises(WeightsUnavailable, match="no longer offers") as refusal:
        obtain_file(weights(server), tmp_path, None, QUICK)
    assert refusal.value.code == "download_refused"


def test_offline_is_one_sentence_that_names_the_bundled_networks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    nobody = small_net("http://127.0.0.1:9/", 47_000_000)
    with pytest.raises(WeightsUnavailable, match=r"bundled:residual, bundled:plain\.$") as refusal:
        obtain_file(nobody, tmp_path, None, QUICK)
    assert refusal.value.code == "download_offline"
    assert "47 MB" in str(refusal.value)


def test_an_own_mirror_may_be_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = tmp_path / "stick" / "torchvision"
    stick.mkdir(parents=True)
    (stick / NAME).write_bytes(CONTENT)
    monkeypatch.setenv(MIRROR_VARIABLE, f"file://{stick.parent}")
    published = small_net("http://127.0.0.1:9/")
    assert obtain_file(published, tmp_path / "data", None, QUICK).read_bytes() == CONTENT


@pytest.mark.parametrize("place", ["http://127.0.0.1:1/", "stick", "file:///nowhere"])
def test_a_wrong_mirror_is_named_as_the_setting_it_is(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, place)
    published = small_net("http://127.0.0.1:9/")
    with pytest.raises(WeightsUnavailable, match=MIRROR_VARIABLE) as refusal:
        obtain_file(published, tmp_path, None, QUICK)
    assert "SmallNet" in str(refusal.value)
    assert "bundled:residual" in str(refusal.value)
    assert "server" not in str(refusal.value)


def test_a_folder_that_cannot_be_made(server: FileServer, tmp_path: Path) -> None:
    server.files[f"/{NAME}"] = CONTENT
    (tmp_path / "torchvision").write_text("a file is in the way")
    with pytest.raises(WeightsUnavailable) as refusal:
        obtain_file(weights(server), tmp_path, None, QUICK)
    assert refusal.value.code == "data_folder_unwritable"
