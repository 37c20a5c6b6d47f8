"""Who sits at the server's own machine: there, the command line's runs may be changed in the browser too.

What is missing proves nothing: behind a proxy on the same machine every visitor comes from this
machine. So `AtTheMachine` looks at each connection and sends its own sign inwards, `SIGN`, in place of
whatever the browser sent under that name. It is given only where all of this is so:

* the app asks nobody for an access code, so that it has not been opened to others;
* the connection was seen to come from a loopback address;
* the address bar names this machine as well (``Host``, and ``Origin`` where there is one): a proxy that
  hands these on unchanged, and a page that had its name point here, give themselves away;
* no header says that anybody handed the request on.

A proxy without an access code that rewrites ``Host`` and adds nothing lets programs pass (not browsers,
whose ``Origin`` names the page); what is deleted then can be restored for a week.
"""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

SIGN: Final = "x-resnet-viz-at-the-machine"

_HANDED_ON: Final = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "client-ip"}
)
_HANDED_ON_BEGINS: Final = (
    "x-forwarded",
    "x-original",
    "x-proxy",
    "x-envoy",
    "x-amzn",
    "x-appengine",
    "x-azure",
    "cf-",
    "fly-",
    "ngrok-",
    "tailscale-",
)


class AtTheMachine:
    """Marks connections from the machine itself; ``asks_code``: the app is open to others."""

    def __init__(self, app: ASGIApp, *, asks_code: bool) -> None:
        self._app = app
        self._asks_code = asks_code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            sent = [entry for entry in scope["headers"] if entry[0].lower() != SIGN.encode()]
            if not self._asks_code and _comes_from_here(scope):
                sent.append((SIGN.encode(), b"yes"))
            scope = {**scope, "headers": sent}
        await self._app(scope, receive, send)


def _comes_from_here(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    peer = scope.get("client")
    origin = headers.get("origin")
    return (
        peer is not None
        and _is_loopback(peer[0])
        and _is_loopback(_host(f"//{headers.get('host', '')}"))
        and (origin is None or _is_loopback(_host(origin)))
        and not _was_handed_on(headers)
    )


def _was_handed_on(names: Iterable[str]) -> bool:
    return any(name.lower() in _HANDED_ON or name.lower().startswith(_HANDED_ON_BEGINS) for name in names)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
