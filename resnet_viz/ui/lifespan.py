"""What happens when the server starts and ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
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
    await asyncio.to_thread(_start)
    try:
        yield
    finally:
        await asyncio.to_thread(server.close)


def _start() -> None:
    for name in _LEFT_TO_THE_FIRST_VISIT:
        import_module(name)
    home.prepare()
    server.start()
