"""A command that trains ends for a SIGTERM and for a closed terminal as it does for Ctrl-C."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, NoReturn

_ENDING: Final = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Windows has no SIGHUP."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread at the first SIGTERM or SIGHUP; others are too late.

    What is ignored stays so, as under ``nohup``.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Of a terminal that is gone one can no longer ask whether it was one.
    terminals = [descriptor for descriptor in (1, 2) if os.isatty(descriptor)]

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        for each in replaced:
            signal.signal(each, signal.SIG_IGN)
        if number != signal.SIGTERM:
            _say_no_more(terminals)
        raise KeyboardInterrupt

    replaced = {
        number: before
        for number in _ENDING
        if (before := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    for number in replaced:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, before in replaced.items():
            signal.signal(number, before)


def _say_no_more(descriptors: list[int]) -> None:
    """Writing to a closed terminal fails, in the middle of stopping the runs."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
