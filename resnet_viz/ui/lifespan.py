"""What happens when the server starts and ends."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any

from resnet_viz.ui import server
from resnet_viz.ui.home import page as home
from resnet_viz.ui.sockets import send_at_once

_LEFT_TO_THE_FIRST_VISIT = "streamlit.emojis", "PIL.Image"
"""By Streamlit; a tenth of a second each."""


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Begin what lives as long as the server, and end it with it, gracefully.

    What the first visit needs is ready before anybody is let in: a thread that imports
    while Streamlit's own scripts are served makes both take several times as long.
    """
    send_at_once()
    _let_viewers_go_at_the_end()
    await asyncio.to_thread(_start)
    try:
        yield
    finally:
        await asyncio.to_thread(server.close)


def _let_viewers_go_at_the_end() -> None:
    """The server waits for all answers before it ends what lives with it, and those to viewers do not end."""
    if threading.current_thread() is not threading.main_thread():
        return  # a test's server has no signals
    for number in (signal.SIGINT, signal.SIGTERM):
        before = signal.getsignal(number)
        if callable(before):
            signal.signal(number, partial(_end, before))


def _end(before: Callable[[int, FrameType | None], object], number: int, frame: FrameType | None) -> None:
    server.let_viewers_go()
    before(number, frame)


def _start() -> None:
    for name in _LEFT_TO_THE_FIRST_VISIT:
        import_module(name)
    home.prepare()
    server.start()
