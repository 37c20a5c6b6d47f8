"""Who counts as sitting at the server's machine: only whoever shows it, never whoever hides the opposite."""

import asyncio
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from resnet_viz.ui.machine import SIGN, AtTheMachine

LOCAL = {"host": "localhost:8501", "origin": "http://localhost:8501"}


def sign(
    headers: dict[str, str],
    *,
    peer: tuple[str, int] | None = ("127.0.0.1", 50_000),
    asks_code: bool = False,
) -> list[str]:
    """What the app is told about a connection; one sign at most."""
    seen: list[Scope] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope)

    async def nothing(*_message: Any) -> Any:
        raise AssertionError("nothing is read or sent")

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": raw, "client": peer}
    asyncio.run(AtTheMachine(app, asks_code=asks_code)(scope, nothing, nothing))
    return [value.decode() for name, value in seen[0]["headers"] if name == SIGN.encode()]


@pytest.mark.parametrize(
    ("host", "peer"),
    [("localhost:8501", "127.0.0.1"), ("127.0.0.1:8501", "127.0.0.1"), ("[::1]:8501", "::1")],
)
def test_a_browser_on_the_machine_is_known(host: str, peer: str) -> None:
    assert sign({"host": host, "origin": f"http://{host}"}, peer=(peer, 1)) == ["yes"]


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "Forwarded",
        "Via",
        "X-Real-IP",
        "X-Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "Fly-Client-IP",
        "Tailscale-User-Login",
        "X-Original-Forwarded-For",
    ],
)
def test_behind_a_proxy_nobody_is_at_the_machine(header: str) -> None:
    for name in (header, header.lower()):
        assert sign(LOCAL | {name: "127.0.0.1"}) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "viz.school.example", "origin": "https://viz.school.example"},  # handed on unchanged
        {"host": "localhost:8501", "origin": "https://viz.school.example"},  # Host rewritten, as nginx does
        {"host": "localhost.evil.example:8501"},
        {"origin": "http://localhost:8501"},
        {"host": "localhost:8501", "origin": "null"},
        {"host": "[::1", "origin": "http://[::1"},
    ],
)
def test_an_address_bar_that_names_another_place_is_not_here(headers: dict[str, str]) -> None:
    assert sign(headers) == []


@pytest.mark.parametrize("peer", [None, ("192.168.1.20", 1), ("", 0), ("unix", 0)])
def test_without_a_loopback_address_seen_nobody_is_here(peer: tuple[str, int] | None) -> None:
    assert sign(LOCAL, peer=peer) == []


def test_an_app_that_was_opened_to_others_trusts_no_address() -> None:
    assert sign(LOCAL, asks_code=True) == []


def test_nobody_gives_the_sign_to_themselves() -> None:
    for name in (SIGN, SIGN.title()):
        assert sign(LOCAL | {name: "yes"}, peer=("192.168.1.20", 1)) == []
        assert sign(LOCAL | {name: "no"}) == ["yes"]
