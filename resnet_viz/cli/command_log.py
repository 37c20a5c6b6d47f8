"""Where a command's log goes: to a file, because the terminal is for sentences and progress."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def logged_in(folder: Path) -> Iterator[None]:
    """Write what is logged meanwhile to a new file in ``folder``; nothing is created where nothing is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _QuietFile(folder / f"command-{secrets.token_hex(4)}.log", delay=True)
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(file)
    try:
        yield
    finally:
        root.removeHandler(file)
        file.close()


class _QuietFile(logging.FileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the name of the base class)
        """The disk is full or gone: people are told by sentences, and a traceback would not help them."""
