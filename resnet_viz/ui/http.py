"""What goes over HTTP beside Streamlit's own traffic: headers, cookies, plotly.js."""

import gzip
import re
import secrets
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from http.cookies import SimpleCookie
from importlib.resources import files
from typing import Final
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resnet_viz.ui.addresses import NO_PAGE, PLOTLY, PROBED, below, from_here
from resnet_viz.ui.pages import PAGES
from resnet_viz.ui.styled_page import script

OWNER_COOKIE: Final = "resnet_viz_owner"
_IDENTITY_BYTES = 18
_MOST_SAID = 100
_OWNER_COOKIE_AGE_S = 365 * 24 * 3600


def _inline_script_hashes() -> tuple[str, ...]:
    """The scripts that stand inside the page, as a content security policy names them."""
    page = files("streamlit").joinpath("static/index.html").read_text(encoding="utf-8")
    scripts = [*re.findall(r"<script>(.*?)</script>", page, flags=re.DOTALL), script()]
    digests = (sha256(script.encode()).digest() for script in scripts)
    return tuple(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)


# Streamlit imports components from blobs and styles inline, and compiles nothing from strings.
_CONTENT_SECURITY_POLICY = (
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
)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


class HeadersAndOwner:
    """Adds the security headers to every response, and a random owner cookie where none was sent.

    The cookie tells one browser from another, so that only the one that
    started a run controls it. It says nothing about the person.

    Args:
        embedders: the sites whose pages may show the app in a frame.
    """

    def __init__(self, app: ASGIApp, embedders: Sequence[str] = ()) -> None:
        self._app = app
        self._embedded = bool(embedders)
        framed_by = " ".join(("'self'", *embedders)) if embedders else "'none'"
        policy = "; ".join((*_CONTENT_SECURITY_POLICY, f"frame-ancestors {framed_by}"))
        self._headers = {"Content-Security-Policy": policy} | _HEADERS
        if not embedders:  # which the older header cannot name
            self._headers["X-Frame-Options"] = "DENY"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        framed = self._embedded and scope["scheme"] == "https"
        newcomer = not is_identity(Request(scope).cookies.get(OWNER_COOKIE, ""))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                if newcomer and headers.get("content-type", "").startswith("text/html"):
                    secure = scope["scheme"] == "https"
                    entry = cookie(OWNER_COOKIE, new_identity(), age_s=_OWNER_COOKIE_AGE_S, secure=secure)
                    headers.append("set-cookie", entry)
                if framed:
                    message["headers"] = [
                        (name, _for_frames(value) if name == b"set-cookie" else value)
                        for name, value in message["headers"]
                    ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def new_identity() -> str:
    """A random one, for a browser."""
    return secrets.token_urlsafe(_IDENTITY_BYTES)


def is_identity(text: str) -> bool:
    """Whether `new_identity` can have made ``text``; the command line, which also owns runs, is none."""
    return re.fullmatch(r"[A-Za-z0-9_-]{24}", text) is not None


def cookie(name: str, value: str, *, age_s: int, secure: bool) -> str:
    """A ``Set-Cookie`` header for the whole app, hidden from scripts; ``secure``: over HTTPS only.

    It names no path: the browser then takes that of the page, which is where the app
    lives, also below a prefix that only a proxy knows.
    """
    made: SimpleCookie = SimpleCookie()
    made[name] = value
    morsel = made[name]
    morsel["max-age"] = age_s
    morsel["httponly"] = True
    morsel["secure"] = secure
    morsel["samesite"] = "Lax"
    return morsel.OutputString()


def _for_frames(entry: bytes) -> bytes:
    """A ``Set-Cookie`` header, of Streamlit's too, for pages in a frame of another site.

    Browsers send such cookies over HTTPS only, and keep them apart for each site.
    """
    kept = [part for part in entry.split(b"; ") if not part.lower().startswith((b"samesite", b"secure"))]
    return b"; ".join((*kept, b"Secure", b"SameSite=None", b"Partitioned"))


class NoTrailingSlash:
    """Leads from ``race/`` to ``race``, from which all else is as far away as from every page.

    Streamlit does so too, by an absolute path: out of a prefix that only a proxy knows.
    """

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app = app
        self._home = f"{base}/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path == self._home or not path.endswith("/") or path.startswith("//"):
            await self._app(scope, receive, send)
            return
        page = path.rstrip("/")
        up = "../" * (len(path) - len(page))
        answer = RedirectResponse(up + from_here(page, _query(scope)), status_code=308)
        await answer(scope, receive, send)


class UnknownAddress:
    """Leads to the first page, which says so in the reader's language; Streamlit says it in English only.

    Streamlit answers with its page at every address at which it has nothing else.
    """

    def __init__(self, app: ASGIApp, base: str) -> None:
        self._app = app
        self._pages = {below(base, page.address) for page in PAGES}
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or path in self._pages or not path.startswith(f"{self._base}/"):
            await self._app(scope, receive, send)
            return
        asked = path.removeprefix(f"{self._base}/")
        led_on = False

        async def send_on(message: Message) -> None:
            nonlocal led_on
            if message["type"] == "http.response.start":
                kind = MutableHeaders(scope=message).get("content-type", "")
                if message["status"] == 200 and kind.startswith("text/html"):
                    led_on = True
                    query = "&".join(filter(None, [_query(scope), urlencode({NO_PAGE: asked[:_MOST_SAID]})]))
                    home = "../" * asked.count("/") or "./"
                    await RedirectResponse(f"{home}?{query}", status_code=303)(scope, receive, send)
            if not led_on:
                await send(message)

        await self._app(scope, receive, send_on)


def _query(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    return query.decode("latin-1")


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


def routes(base: str) -> list[BaseRoute]:
    """What is answered besides Streamlit's own addresses, in an app that lives at ``base``."""
    return [
        Route(below(base, PLOTLY), _serve_plotly),
        *(
            Route(below(base, f"{page.address}/{probe}"), _not_here)
            for page in PAGES
            if page.address
            for probe in PROBED
        ),
    ]
