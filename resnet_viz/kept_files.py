"""Files that are written whole or not at all."""

import os
import secrets
import time
from pathlib import Path
from typing import Final

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


def _remove_left_behind(path: Path) -> None:
    """What a killed process did not finish: nobody writes for an hour."""
    for part in path.parent.glob(f"{path.name}.*.part"):
        try:
            if time.time() - part.stat().st_mtime > _LEFT_S:
                part.unlink()
        except FileNotFoundError:
            continue  # its writer has just finished
