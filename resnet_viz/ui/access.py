"""The access code: who may see the app once it is opened to more than this computer.

Whoever starts the server with ``--server.address 0.0.0.0`` gets a code in the
terminal and gives it to the class; a browser that has answered with it once keeps
a cookie. ``RESNET_VIZ_ACCESS_CODE`` sets a code of one's own, also for an app that
listens on this computer only, behind a proxy for instance.
"""

import asyncio
import hmac
import os
import secrets
import sys
from functools import cache
from html import escape
from importlib.resources import files
from ipaddress import ip_address
from string import Template
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import LANGUAGES, N_, current_language, set_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.addresses import HEALTH, below, from_here
from resnet_viz.ui.http import cookie

VARIABLE: Final = "RESNET_VIZ_ACCESS_CODE"
SHORTEST: Final = 8
"""Characters of a code: guessing one over the network takes longer than a school year."""

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else on a blackboard
_COOKIE_AGE_S = 14 * 24 * 3600
_LONGEST_FORM = 1024
_WRONG_ANSWER_S = 1.0


def access_code(address: str | None) -> str | None:
    """The code of a server that listens on ``address``, new where none was chosen; None where none is needed.

    Raises:
        InvalidSetting: the chosen code is too short.
    """
    chosen = os.environ.get(VARIABLE, "").strip()
    if chosen:
        if len(chosen) < SHORTEST:
            raise InvalidSetting(
                "access_code_short",
                N_("The access code in {variable} is too short; it needs {count} characters or more."),
                variable=VARIABLE,
                count=SHORTEST,
            )
        return chosen
    if address is not None and _is_this_computer(address):
        return None
    return _generated()


def code_at_start(address: str | None) -> str | None:
    """`access_code`, told to whoever started the server; one that will not do ends the program."""
    try:
        code = access_code(address)
    except InvalidSetting as error:
        sys.exit(str(error))
    if code is not None:
        print(f"\n  {_('Access code: {code}').format(code=code)}\n", flush=True)
    return code


class AccessCode:
    """Lets through who has the cookie of ``code``; asks everybody else for the code, at any address.

    Without a code it lets everybody through.

    Args:
        base: where the app lives.
    """

    def __init__(self, app: ASGIApp, code: str | None, base: str = "") -> None:
        self._app = app
        self._code = code
        self._health = below(base, HEALTH)
        # Name and value follow from the code alone: a restart with the same code asks nobody again,
        # and servers on one host, for which browsers keep one set of cookies, do not overwrite each other's.
        token = hmac.digest((code or "").encode(), b"resnet_viz_access", "sha256").hex()
        self._cookie, self._token = f"resnet_viz_access_{token[:8]}", token[8:]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._code is None or scope["type"] == "lifespan" or self._may_pass(HTTPConnection(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            answer = await self._ask(Request(scope, receive))
            await answer(scope, receive, send)

    def _may_pass(self, asked: HTTPConnection) -> bool:
        shown = asked.cookies.get(self._cookie, "")
        return (
            hmac.compare_digest(shown.encode(), self._token.encode()) or asked.scope["path"] == self._health
        )

    async def _ask(self, request: Request) -> Response:
        given = await _given_code(request) if request.method == "POST" else None
        if given is not None and hmac.compare_digest(given.encode(), (self._code or "").encode()):
            # A link brings one where it leads.
            answer = RedirectResponse(from_here(request.scope["path"], request.url.query), status_code=303)
            secure = request.url.scheme == "https"
            entry = cookie(self._cookie, self._token, age_s=_COOKIE_AGE_S, secure=secure)
            answer.headers.append("set-cookie", entry)
            return answer
        if given is not None:
            await asyncio.sleep(_WRONG_ANSWER_S)
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("access code needed", status_code=401)
        return HTMLResponse(_form(request, wrong=given is not None), status_code=401)


async def _given_code(request: Request) -> str | None:
    """What stands in the form; None where no form of ours was sent."""
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > _LONGEST_FORM:
                return None
    except ClientDisconnect:
        return None
    fields = parse_qs(body.decode("utf-8", errors="replace"))
    return fields["code"][0].strip() if "code" in fields else None


def _form(request: Request, *, wrong: bool) -> str:
    """The page that asks, in the reader's language."""
    before = current_language()
    set_language(_language(request))
    try:
        page = Template(files("resnet_viz.ui").joinpath("access.html").read_text(encoding="utf-8"))
        return page.substitute(
            lang="zh-CN" if current_language() == "zh" else "en",
            title="ResNet Viz",
            question=escape(_("This app has been opened to a class. Enter its access code.")),
            label=escape(_("Access code")),
            button=escape(_("Enter")),
            wrong=escape(_("That is not the code; ask whoever started the app.")) if wrong else "",
        )
    finally:
        set_language(before)


def _language(request: Request) -> str:
    """From the link, else what the browser prefers."""
    linked = request.query_params.get("lang")
    if linked in LANGUAGES:
        return linked
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


@cache
def _generated() -> str:
    """One for the life of the process."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(SHORTEST))


def _is_this_computer(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
