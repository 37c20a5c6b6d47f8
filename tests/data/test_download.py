"""One file over a network that fails in every way it can."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.data.download import (
    Different,
    Interrupted,
    Patience,
    Refused,
    Unreachable,
    fetch,
    part_path,
)
from resnet_viz.data.sources import RemoteFile
from tests.data.server import Cut, FileServer, Hang, Instead, Status, WrongRange

BODY = np.random.default_rng(0).bytes(1_000_000)
FILE = RemoteFile("set.bin", len(BODY), hashlib.sha256(BODY).hexdigest())
AT_ONCE = Patience(rounds=3, pause_s=0, timeout_s=5)
NOBODY = "http://127.0.0.1:1/"


@pytest.fixture
def get(server: FileServer, tmp_path: Path) -> Callable[..., Path]:
    """Fetch FILE into an empty folder from the server, or from other mirrors."""
    server.files["/set.bin"] = BODY

    def get(*mirrors: str, patience: Patience = AT_ONCE) -> Path:
        return fetch(FILE, mirrors or (server.address,), tmp_path, lambda _: None, patience)

    return get


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_whole_file_arrives_with_progress(server: FileServer, tmp_path: Path) -> None:
    server.files["/set.bin"] = BODY
    counts: list[int] = []
    path = fetch(FILE, [server.address], tmp_path, counts.append, AT_ONCE)
    assert path.read_bytes() == BODY
    assert left(tmp_path) == {"set.bin"}
    assert counts == sorted(set(counts))
    assert len(counts) > 3
    assert counts[-1] == len(BODY)


def test_file_that_is_there_is_not_asked_for(server: FileServer, get: Callable[..., Path]) -> None:
    get()
    get()
    assert len(server.requests) == 1


def test_file_that_was_damaged_later_is_replaced(get: Callable[..., Path]) -> None:
    path = get()
    path.write_bytes(BODY[:-1] + b"\0")
    assert get().read_bytes() == BODY


def test_cut_connection_goes_on_where_it_broke(server: FileServer, get: Callable[..., Path]) -> None:
    server.faults.extend([Cut(300_000), Cut(200_000)])
    assert get().read_bytes() == BODY
    assert [asked for _, asked in server.requests] == [None, "bytes=300000-", "bytes=500000-"]


def test_part_outlives_a_failed_call_and_is_used_by_the_next(
    server: FileServer, get: Callable[..., Path], tmp_path: Path
) -> None:
    server.faults.extend([Cut(400_000), Status(503), Status(503), Status(503)])
    with pytest.raises(Interrupted):
        get()
    assert left(tmp_path) == {part_path(FILE, tmp_path).name}
    assert part_path(FILE, tmp_path).read_bytes() == BODY[:400_000]
    assert get().read_bytes() == BODY
    assert server.requests[-1] == ("/set.bin", "bytes=400000-")
    assert left(tmp_path) == {"set.bin"}


def test_slow_progress_does_not_use_up_patience(server: FileServer, get: Callable[..., Path]) -> None:
    server.faults.extend([Cut(270_000)] * 3)
    assert get(patience=Patience(rounds=1, pause_s=0)).read_bytes() == BODY


def test_rounds_without_progress_end(server: FileServer, get: Callable[..., Path], tmp_path: Path) -> None:
    server.faults.extend([Cut(10)] * 50)
    with pytest.raises(Interrupted):
        get()
    assert len(server.requests) == AT_ONCE.rounds
    assert part_path(FILE, tmp_path).read_bytes() == BODY[:30]


def test_server_without_ranges_starts_over(server: FileServer, get: Callable[..., Path]) -> None:
    server.ranges = False
    server.faults.append(Cut(300_000))
    assert get().read_bytes() == BODY
    assert len(server.requests) == 2


def test_answer_with_another_range_is_not_pasted_together(
    server: FileServer, get: Callable[..., Path]
) -> None:
    server.faults.extend([Cut(300_000), WrongRange()])
    assert get().read_bytes() == BODY
    assert [asked for _, asked in server.requests] == [None, "bytes=300000-", None]


def test_part_with_wrong_beginning_is_thrown_away(get: Callable[..., Path], tmp_path: Path) -> None:
    part_path(FILE, tmp_path).write_bytes(b"\0" * 1000)
    assert get().read_bytes() == BODY


def test_complete_part_needs_no_request(server: FileServer, get: Callable[..., Path], tmp_path: Path) -> None:
    part_path(FILE, tmp_path).write_bytes(BODY)
    assert get().read_bytes() == BODY
    assert server.requests == []


@pytest.mark.parametrize(
    "body",
    [b"<html>please log in</html>", bytes(len(BODY)), BODY + b"more"],
    ids=["short", "same length", "long"],
)
@pytest.mark.parametrize("with_length", [True, False])
def test_something_else_is_refused_and_removed(
    server: FileServer, get: Callable[..., Path], tmp_path: Path, body: bytes, with_length: bool
) -> None:
    server.faults.extend([Instead(body, with_length)] * 3)
    if body.startswith(BODY) and not with_length:  # no more is read than the file has
        assert get().read_bytes() == BODY
        return
    with pytest.raises(Different):
        get()
    assert left(tmp_path) == set()


def test_unreachable_mirrors_are_given_up_at_once(get: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        get(NOBODY, "http://no-such-host.invalid/", patience=Patience(rounds=3, pause_s=1000))
    assert left(tmp_path) == set()


def test_missing_file_is_asked_for_once(server: FileServer, get: Callable[..., Path], tmp_path: Path) -> None:
    server.files.clear()
    with pytest.raises(Refused):
        get(patience=Patience(pause_s=1000))
    assert len(server.requests) == 1
    assert left(tmp_path) == set()


@pytest.mark.parametrize("bad", ["nowhere", "gone", "other"])
def test_next_mirror_helps(server: FileServer, get: Callable[..., Path], bad: str) -> None:
    server.files["/other/set.bin"] = bytes(len(BODY))
    first = NOBODY if bad == "nowhere" else f"{server.address}{bad}/"
    assert get(first, server.address).read_bytes() == BODY


def test_second_mirror_goes_on_where_the_first_broke(server: FileServer, get: Callable[..., Path]) -> None:
    server.files["/copy/set.bin"] = BODY
    server.faults.append(Cut(300_000))
    assert get(server.address, f"{server.address}copy/").read_bytes() == BODY
    assert server.requests == [("/set.bin", None), ("/copy/set.bin", "bytes=300000-")]


def test_silent_server_is_left_after_the_timeout(server: FileServer, get: Callable[..., Path]) -> None:
    server.faults.append(Hang())
    assert get(patience=Patience(pause_s=0, timeout_s=0.2)).read_bytes() == BODY


def test_local_folder_is_a_mirror(get: Callable[..., Path], tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "set.bin").write_bytes(BODY)
    assert get(f"{stick.as_uri()}/").read_bytes() == BODY


def test_what_is_no_address_is_refused(get: Callable[..., Path]) -> None:
    with pytest.raises(Refused):
        get("stick/")


def test_callback_can_end_a_download_that_is_taken_up_later(
    server: FileServer, get: Callable[..., Path], tmp_path: Path
) -> None:
    class Cancelled(Exception):
        pass

    def cancel(count: int) -> None:
        if count > 200_000:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetch(FILE, [server.address], tmp_path, cancel, AT_ONCE)
    kept = part_path(FILE, tmp_path).read_bytes()
    assert kept
    assert BODY.startswith(kept)
    assert get().read_bytes() == BODY
    assert server.requests[-1] == ("/set.bin", f"bytes={len(kept)}-")
