"""Files that commands are given and files that they write."""

import hashlib
import os
from pathlib import Path

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.locale import N_

_LONGEST_NAME = 255
"""Bytes; what the file systems of today allow."""


def path_given(text: str) -> Path:
    """The path in ``text``; raises `InvalidSetting` where it is empty: that would mean the current folder."""
    if not text.strip():
        raise InvalidSetting("no_path", N_("The name of a file or folder is missing: it is empty."))
    return Path(text)


def files_in(folder: Path) -> list[Path]:
    """The files of ``folder`` by name, also unreadable ones; raises `NotFound` where there are none."""
    with os.scandir(folder) as entries:
        found = sorted(Path(entry.path) for entry in entries if _may_be_a_file(entry))
    if not found:
        raise NotFound("empty_folder", N_("The folder {path} holds no files."), path=str(folder))
    return found


def result_name(source: Path, suffix: str) -> str:
    """What a file made from ``source`` is called: another name for each, whatever their endings.

    A name that gets too long is cut and keeps a digest of the whole.
    """
    name = source.name + suffix
    encoded = os.fsencode(source.name)
    if len(encoded) + len(suffix) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(encoded).hexdigest()[:16]
    kept = encoded[: _LONGEST_NAME - len(suffix) - len(digest) - 1].decode("utf-8", "ignore")
    return f"{kept}-{digest}{suffix}"


def is_same(first: Path, second: Path) -> bool:
    """Whether both are there and one file or folder."""
    return first.exists() and second.exists() and first.samefile(second)


def not_writable(file: Path | str, error: OSError) -> InvalidSetting:
    """The refusal where ``file`` cannot be written."""
    return InvalidSetting(
        "not_writable",
        N_("{file} cannot be written: {reason}."),
        file=str(file),
        reason=error.strerror or type(error).__name__,
    )


def _may_be_a_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return True  # reading it will say why not
