"""Streamlit's own page with the app's rules of style in it, and the script that names Streamlit's controls.

An element that Streamlit shows comes with the rest of the page; what it styles
would have stood elsewhere until then, and everything would move.
"""

from functools import cache
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HERE: Final = Path(__file__).parent
_STYLED: Final = ("", "experiment", "depth", "inspection", "architectures", "lab", "runs")
_STYLES: Final = tuple(_HERE / place / "style.css" for place in _STYLED)
_SCRIPT: Final = _HERE / "names.js"
_END: Final = b"</body>"


class StyledPage:
    """Puts both at the end of every page: behind the rules that Streamlit makes, which stand in its head."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # As it is: Streamlit would compress it.
        scope["headers"] = [entry for entry in scope["headers"] if entry[0] != b"accept-encoding"]
        page = bytearray()
        begun: Message | None = None

        async def send_styled(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start" and _is_page(message):
                begun = message
            elif begun is None:
                await send(message)
            elif message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await _send_whole(begun, bytes(page).replace(_END, _put_in() + _END, 1), send)

        await self._app(scope, receive, send_styled)


async def _send_whole(begun: Message, page: bytes, send: Send) -> None:
    headers = MutableHeaders(scope=begun)
    headers["content-length"] = str(len(page))
    # They speak of Streamlit's file: a browser would keep the rules of an older version of the app.
    for name in ("etag", "last-modified", "accept-ranges"):
        del headers[name]
    await send(begun)
    await send({"type": "http.response.body", "body": page})


def _is_page(start: Message) -> bool:
    kind: str = MutableHeaders(scope=start).get("content-type", "")
    return start["status"] == 200 and kind.startswith("text/html")


@cache
def script() -> str:
    """What runs on every page."""
    return _SCRIPT.read_text(encoding="utf-8")


@cache
def _put_in() -> bytes:
    rules = b"\n".join(file.read_bytes() for file in _STYLES)
    return b"<style>" + rules + b"</style><script>" + script().encode() + b"</script>"
