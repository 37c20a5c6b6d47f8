"""A file that is kept is whole."""

import errno
import os
import threading
from pathlib import Path

import pytest

from resnet_viz.kept_files import write_whole


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "checkpoint"
    write_whole(file, b"whole", durable=True)
    assert file.read_bytes() == b"whole"
    assert [path.name for path in file.parent.iterdir()] == ["checkpoint"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "checkpoint"
    write_whole(file, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"new", durable=True)
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_several_writers_leave_one_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "calibration"
    contents = [bytes([letter]) * 200_000 for letter in b"abcd"]
    mixed: list[bytes] = []
    done = threading.Event()

    def write(content: bytes) -> None:
        for _ in range(20):
            write_whole(file, content)

    def read() -> None:
        while not done.is_set():
            if file.exists() and (found := file.read_bytes()) not in contents:
                mixed.append(found)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert mixed == []
    assert file.read_bytes() in contents
    assert list(tmp_path.iterdir()) == [file]


def test_what_a_killed_process_left_is_removed_later(tmp_path: Path) -> None:
    old, young = tmp_path / "resume.0.part", tmp_path / "resume.1.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (1_000_000, 1_000_000))
    write_whole(tmp_path / "resume", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["resume", "resume.1.part"]
