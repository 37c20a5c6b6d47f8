"""Getting one file over an unreliable network: whole, checked, or not at all.

Bytes are collected in ``<name>.<checksum>.part`` beside the target. Such a file
stays after a broken connection, because the next try goes on from its end; it
is removed as soon as it is known to be worthless. The target itself appears in
one step, after its checksum was compared.
"""

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resnet_viz import __version__
from resnet_viz.data.sources import RemoteFile

_CHUNK_BYTES = 64 * 1024
_WORTHWHILE_BYTES = 256 * 1024
_AGENT = f"resnet-viz/{__version__}"
TELL_EVERY_S = 0.2
_PASSING_TROUBLE = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """``done_bytes`` of ``total_bytes`` of ``dataset``, a data set or a network's weights, are here."""

    dataset: str
    done_bytes: int
    total_bytes: int


OnProgress = Callable[[DownloadProgress], None]


class Teller:
    """Passes progress on a few times a second, the first and the last always."""

    def __init__(self, dataset: str, total_bytes: int, on_progress: OnProgress | None) -> None:
        self._dataset = dataset
        self._total_bytes = total_bytes
        self._on_progress = on_progress
        self._told = float("-inf")

    def __call__(self, done_bytes: int) -> None:
        now = time.monotonic()
        if self._on_progress and (done_bytes == self._total_bytes or now - self._told >= TELL_EVERY_S):
            self._told = now
            self._on_progress(DownloadProgress(self._dataset, done_bytes, self._total_bytes))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to insist.

    Attributes:
        rounds: times that all mirrors may fail one after the other; a try that
            brought a good piece of the file does not count.
        pause_s: before the second round, doubled for each after that.
        timeout_s: without an answer or without a byte.
    """

    rounds: int = 4
    pause_s: float = 1.0
    timeout_s: float = 15.0


class Failed(Exception):
    """A try brought no complete file."""


class Unreachable(Failed):
    """No server answered."""


class Refused(Failed):
    """The server answered that it does not have the file."""


class Interrupted(Failed):
    """The connection ended before the file did."""


class Different(Failed):
    """The server has something else under this name."""


def fetch(
    file: RemoteFile,
    mirrors: Sequence[str],
    folder: Path,
    on_bytes: Callable[[int], None],
    patience: Patience,
) -> Path:
    """The path of ``file`` in ``folder``, downloaded if it is not already there.

    Args:
        mirrors: addresses that ``file.name`` is appended to, in the order to try.
        on_bytes: told how many bytes of the file are here; what it raises ends the download.

    Raises:
        Failed: the most telling of the failures, when no mirror gave the file.
        OSError: ``folder`` cannot be written.
    """
    target = folder / file.name
    if is_whole(target, file):
        on_bytes(file.size_bytes)
        return target
    part = part_path(file, folder)
    hopeful = list(mirrors)
    failures: list[Failed] = []
    round_ = 0
    while hopeful and round_ < patience.rounds:
        had = _size(part)
        failures_before = len(failures)
        for mirror in tuple(hopeful):
            try:
                _receive(mirror + file.name, file, part, on_bytes, patience.timeout_s)
            except (Refused, Different) as failure:
                failures.append(failure)
                hopeful.remove(mirror)
            except Failed as failure:
                failures.append(failure)
            else:
                part.replace(target)
                return target
        if round_ == 0 and all(isinstance(f, Unreachable) for f in failures[failures_before:]):
            break  # offline: waiting will not help
        if _size(part) - had < _WORTHWHILE_BYTES:
            round_ += 1
            if hopeful and round_ < patience.rounds:
                time.sleep(patience.pause_s * 2 ** (round_ - 1))
    if _size(part) == 0:
        part.unlink(missing_ok=True)
    raise _most_telling(failures, resumable=part.exists())


def part_path(file: RemoteFile, folder: Path) -> Path:
    """Where the bytes of ``file`` are collected."""
    return folder / f"{file.name}.{file.sha256[:8]}.part"


def is_whole(path: Path, file: RemoteFile) -> bool:
    """Whether ``path`` is there and is ``file``, byte for byte."""
    if _size(path) != file.size_bytes:
        return False
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest().startswith(file.sha256)


def remote_size_bytes(name: str, mirrors: Sequence[str], timeout_s: float) -> int:
    """How long the file ``name`` is, as the first mirror says that has it.

    Raises:
        Failed: the most telling of the failures, when no mirror says.
    """
    failures: list[Failed] = []
    for mirror in mirrors:
        address = mirror + name
        try:
            with _opened(address, {}, timeout_s, "HEAD") as response:
                length = response.headers["Content-Length"]
        except Failed as failure:
            failures.append(failure)
            continue
        if length is not None and length.isdecimal():
            return int(length)
        failures.append(Different(address))
    raise _most_telling(failures, resumable=False)


def _receive(
    address: str, file: RemoteFile, part: Path, on_bytes: Callable[[int], None], timeout_s: float
) -> None:
    """Complete ``part`` from ``address`` and compare its checksum."""
    had = _size(part)
    if had < file.size_bytes:
        _append(address, file, part, on_bytes, timeout_s)
    if not is_whole(part, file):
        part.unlink()
        # The beginning may be at fault, if it came from an earlier try.
        raise Interrupted(address) if had else Different(address)


def _append(
    address: str, file: RemoteFile, part: Path, on_bytes: Callable[[int], None], timeout_s: float
) -> None:
    had = _size(part)
    try:
        response = _opened(address, {"Range": f"bytes={had}-"} if had else {}, timeout_s)
    except _NoSuchRange as failure:
        part.unlink(missing_ok=True)
        raise Interrupted(address) from failure
    with response:
        if response.status == http.HTTPStatus.PARTIAL_CONTENT:
            if not (response.headers["Content-Range"] or "").startswith(f"bytes {had}-"):
                part.unlink()
                raise Interrupted(address)
        else:
            had = 0
        length = response.headers["Content-Length"]
        if length is not None and length != str(file.size_bytes - had):
            raise Different(address)
        _copy(response, part, had, file.size_bytes, on_bytes, address)
        if _size(part) == file.size_bytes:
            return
        if length is None and not had:
            # Nothing said how long this would be: as likely a log-in page as the file's beginning.
            part.unlink()
            raise Different(address)
        raise Interrupted(address)


class _NoSuchRange(Interrupted):
    """The server's file is shorter than what is here."""


def _opened(
    address: str, headers: dict[str, str], timeout_s: float, method: str = "GET"
) -> http.client.HTTPResponse:
    """The answer's beginning; raises `Failed`."""
    headers = {"User-Agent": _AGENT, "Accept-Encoding": "identity"} | headers
    try:
        request = urllib.request.Request(address, headers=headers, method=method)
        response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise _NoSuchRange(address) from None
            passing = error.code >= 500 or error.code in _PASSING_TROUBLE
            raise (Interrupted if passing else Refused)(address) from None
    except urllib.error.URLError as error:
        raise Unreachable(address) from error
    except (OSError, http.client.HTTPException) as error:
        raise Interrupted(address) from error
    except ValueError as error:  # not an address
        raise Refused(address) from error
    return response


def _copy(
    response: http.client.HTTPResponse,
    part: Path,
    had: int,
    size_bytes: int,
    on_bytes: Callable[[int], None],
    address: str,
) -> None:
    with part.open("ab" if had else "wb") as sink:
        while had < size_bytes:
            try:
                piece = response.read1(min(_CHUNK_BYTES, size_bytes - had))
            except (OSError, http.client.HTTPException) as error:
                raise Interrupted(address) from error
            if not piece:
                return
            sink.write(piece)
            sink.flush()  # how far a download is, is told by the length of its file
            had += len(piece)
            on_bytes(had)


def _most_telling(failures: Sequence[Failed], *, resumable: bool) -> Failed:
    order = (Interrupted, Different, Refused) if resumable else (Different, Interrupted, Refused)
    for kind in order:
        for failure in failures:
            if isinstance(failure, kind):
                return failure
    return Unreachable()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
