"""Small results that are kept in files: written whole or not at all, and checked when read.

A file may be of another version of this app, cut short by a full disk, or
edited; whoever reads it gets what fits, or nothing.
"""

import os
import secrets
import time
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

Kept = TypeVar("Kept")

_LEFT_S: Final = 3600.0


def write_whole(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Make ``content`` the file at ``path``; who reads it meanwhile finds the old one or the new one.

    ``durable`` waits for the disk: after a power cut too it is one of the two.
    Several processes may write at once; the last one wins. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _remove_left_behind(path)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with unfinished.open("wb") as target:
            target.write(content)
            target.flush()
            if durable:
                os.fsync(target.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    if durable and os.name != "nt":  # Windows cannot open folders; its rename is durable by itself
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def to_json(kind: type[Kept], value: Kept) -> bytes:
    """``value`` as `read_kept` reads it."""
    return TypeAdapter(kind).dump_json(value)


def read_kept(path: Path, kind: type[Kept]) -> Kept | None:
    """What `to_json` wrote to ``path``; None, and the file is gone, where it is nothing of the kind."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        found: Kept = adapter.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError:
        path.unlink(missing_ok=True)
        return None
    return found


def _remove_left_behind(path: Path) -> None:
    """What a killed process did not finish: nobody writes for an hour."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        try:
            if time.time() - part.stat().st_mtime > _LEFT_S:
                part.unlink()
        except FileNotFoundError:
            continue  # its writer has just finished
