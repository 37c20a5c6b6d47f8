"""What every response carries, and who gets an identity."""

import asyncio
import gzip
from dataclasses import dataclass
from http.cookies import SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from starlette.types import Message

from resnet_viz.ui.http import MIDDLEWARE, OWNER_COOKIE, PLOTLY_PATH, ROUTES


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>page</p>")


async def _data(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("data")


_APP = Starlette(routes=[Route("/", _page), Route("/data", _data), *ROUTES], middleware=MIDDLEWARE)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


def get(path: str, **headers: str) -> Answer:
    """Ask the app as a server would, without one."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(_APP(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], Headers(raw=sent[0]["headers"]), body)


def _cookie(answer: Answer) -> str:
    return SimpleCookie(answer.headers["set-cookie"])[OWNER_COOKIE].value


@pytest.mark.parametrize("path", ["/", "/data", "/nowhere", PLOTLY_PATH])
def test_every_response_is_protected(path: str) -> None:
    headers = get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    scripts = next(rule for rule in policy.split("; ") if rule.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_a_newcomer_gets_a_cookie_that_scripts_cannot_read() -> None:
    cookie = SimpleCookie(get("/").headers["set-cookie"])[OWNER_COOKIE]
    assert len(cookie.value) >= 24
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["secure"]


def test_the_cookie_is_sent_once_and_with_pages_only() -> None:
    assert "set-cookie" not in get("/data").headers
    known = _cookie(get("/"))
    assert "set-cookie" not in get("/", cookie=f"{OWNER_COOKIE}={known}").headers


def test_two_people_are_told_apart() -> None:
    assert _cookie(get("/")) != _cookie(get("/"))


def test_plotly_comes_from_the_installed_package_and_stays_in_the_cache() -> None:
    packed = get(PLOTLY_PATH, accept_encoding="gzip, br")
    plain = get(PLOTLY_PATH, accept_encoding="identity")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body
    assert plain.body.startswith(b"/**\n* plotly.js")
    assert "immutable" in plain.headers["cache-control"]


@pytest.mark.parametrize("probe", ["health", "host-config"])
def test_the_server_is_denied_below_a_page_without_an_error(probe: str) -> None:
    assert 300 <= get(f"/race/_stcore/{probe}").status < 400
