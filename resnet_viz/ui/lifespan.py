"""What happens when the server starts and ends; light to import, so that it listens soon.

A browser needs about a second for Streamlit's own scripts. Meanwhile, what the
first visit needs is imported and opened here.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from resnet_viz.ui.sockets import send_at_once

_LEFT_TO_THE_FIRST_VISIT = "streamlit.emojis", "PIL.Image"
"""By Streamlit; a tenth of a second each."""

_log = logging.getLogger(__name__)
_ready = threading.Event()
_ready.set()  # without a server, as in tests, there is nothing to wait for


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Begin what lives as long as the server, and end it with it, gracefully."""
    send_at_once()
    _ready.clear()
    starting = asyncio.create_task(asyncio.to_thread(_start))
    try:
        yield
    finally:
        await starting
        from resnet_viz.ui import server

        await asyncio.to_thread(server.close)


def await_start() -> None:
    """Return when the server is ready for a visit: two threads that import at once hinder each other."""
    _ready.wait()


def _start() -> None:
    try:
        for name in _LEFT_TO_THE_FIRST_VISIT:
            import_module(name)
        from resnet_viz.ui import server
        from resnet_viz.ui.home import page as home

        home.prepare()
        server.start()
    except Exception:
        _log.exception("the server did not start completely")  # at its end would be late to say so
        raise
    finally:
        _ready.set()
