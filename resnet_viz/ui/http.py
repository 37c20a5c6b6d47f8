"""What goes over HTTP beside Streamlit's own traffic: headers, the owner cookie, plotly.js."""

import gzip
import re
import secrets
from base64 import b64encode
from functools import cache
from hashlib import sha256
from http.cookies import SimpleCookie
from importlib.metadata import version
from importlib.resources import files
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER_COOKIE: Final = "resnet_viz_owner"
PLOTLY_PATH: Final = f"/assets/plotly-{version('plotly')}.min.js"
PAGE_ADDRESSES: Final = ("race", "depth", "inspect", "runs")
"""What the pages other than Home are called in the address bar."""

_OWNER_COOKIE_AGE_S = 365 * 24 * 3600


def _inline_script_hashes() -> tuple[str, ...]:
    """The scripts that stand inside Streamlit's own page, as a content security policy names them."""
    page = files("streamlit").joinpath("static/index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL)
    digests = (sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)


# Streamlit imports components from blobs and styles inline, and compiles nothing from strings.
_CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        " ".join(("script-src 'self' blob:", *_inline_script_hashes())),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

_HEADERS = {
    "Content-Security-Policy": _CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class HeadersAndOwner:
    """Adds the security headers to every response, and a random owner cookie where none was sent.

    The cookie tells one browser from another, so that only the one that
    started a run controls it. It says nothing about the person.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        newcomer = OWNER_COOKIE not in Request(scope).cookies

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if newcomer and headers.get("content-type", "").startswith("text/html"):
                    identity = secrets.token_urlsafe(18)
                    secure = scope["scheme"] == "https"
                    headers.append(
                        "set-cookie",
                        cookie(OWNER_COOKIE, identity, age_s=_OWNER_COOKIE_AGE_S, secure=secure),
                    )
            await send(message)

        await self._app(scope, receive, send_with_headers)


def cookie(name: str, value: str, *, age_s: int, secure: bool) -> str:
    """A ``Set-Cookie`` header for the whole app, hidden from scripts; ``secure``: over HTTPS only."""
    made: SimpleCookie = SimpleCookie()
    made[name] = value
    morsel = made[name]
    morsel["path"] = "/"
    morsel["max-age"] = age_s
    morsel["httponly"] = True
    morsel["samesite"] = "Lax"
    morsel["secure"] = secure
    return morsel.OutputString()


@cache
def _plotly_js() -> bytes:
    """The plotly.js that belongs to the installed plotly, gzipped once."""
    return gzip.compress(files("plotly").joinpath("package_data/plotly.min.js").read_bytes(), compresslevel=6)


async def _serve_plotly(request: Request) -> Response:
    compressed = await run_in_threadpool(_plotly_js)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(compressed), media_type="text/javascript", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return Response(compressed, media_type="text/javascript", headers=headers)


async def _not_here(_request: Request) -> Response:
    """Tell Streamlit's page that its server is not below a page's address, where it looks first.

    Any answer that is no success sends it on; to a 404 the browser's console would add an error.
    """
    return Response(status_code=300)


ROUTES: Final = [
    Route(PLOTLY_PATH, _serve_plotly),
    *(
        Route(f"/{page}/_stcore/{probe}", _not_here)
        for page in PAGE_ADDRESSES
        for probe in ("health", "host-config")
    ),
]
MIDDLEWARE: Final = [Middleware(HeadersAndOwner)]
