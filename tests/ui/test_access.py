"""Who gets in once the app is open to a network."""

import asyncio
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from resnet_viz.errors import InvalidSetting
from resnet_viz.ui import access
from resnet_viz.ui.access import ACCESS_COOKIE, VARIABLE, AccessCode, access_code
from tests.ui.conftest import running_app

CODE = "blackboard-7"


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("inside")


async def _socket(socket: WebSocket) -> None:
    await socket.accept()


_ROUTES = [Route("/{path:path}", _page), WebSocketRoute("/_stcore/stream", _socket)]


@dataclass(frozen=True)
class Answer:
    first: Message
    body: str

    @property
    def status(self) -> int:
        return int(self.first["status"])

    @property
    def headers(self) -> Headers:
        return Headers(raw=self.first["headers"])

    @property
    def token(self) -> str:
        return SimpleCookie(self.headers["set-cookie"])[ACCESS_COOKIE].value


def ask(
    path: str = "/race?depth=56",
    *,
    form: bytes | None = None,
    kind: str = "http",
    code: str | None = CODE,
    **headers: str,
) -> Answer:
    """What a server with ``code`` answers; ``form``: posted."""
    sent: list[Message] = []
    given = {"accept": "text/html", "host": "school:8501", **headers}

    async def receive() -> Message:
        if kind == "websocket":
            return {"type": "websocket.connect"}
        return {"type": "http.request", "body": form or b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    place, _, query = path.partition("?")
    scope = {
        "type": kind,
        "method": "GET" if form is None else "POST",
        "scheme": "http" if kind == "http" else "ws",
        "path": place,
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    app = Starlette(routes=_ROUTES, middleware=[Middleware(AccessCode, code=code)])
    asyncio.run(app(scope, receive, send))
    return Answer(sent[0], b"".join(message.get("body", b"") for message in sent[1:]).decode())


def test_without_a_code_everybody_is_inside() -> None:
    assert ask(code=None).body == "inside"


def test_a_stranger_is_asked_and_sees_nothing() -> None:
    answer = ask()
    assert answer.status == 401
    assert "inside" not in answer.body
    assert "Access code" in answer.body


def test_the_question_comes_in_the_readers_language() -> None:
    assert "访问码" in ask("/?lang=zh").body
    assert "访问码" in ask("/", accept_language="zh-CN,en;q=0.5").body
    assert "访问码" not in ask("/?lang=en", accept_language="zh-CN").body


def test_the_right_code_leads_where_the_link_led_and_is_remembered() -> None:
    entered = ask(form=b"code=blackboard-7")
    assert (entered.status, entered.headers["location"]) == (303, "/race?depth=56")
    assert ask(cookie=f"{ACCESS_COOKIE}={entered.token}").body == "inside"
    assert CODE not in entered.headers["set-cookie"]


def test_another_code_makes_old_cookies_worthless() -> None:
    token = ask(form=b"code=blackboard-7").token
    assert ask(code="new-term-2027", cookie=f"{ACCESS_COOKIE}={token}").status == 401


@pytest.mark.parametrize("form", [b"code=wrong", b"code=", b"other=blackboard-7", b"\xff\xfe", b"x" * 5000])
def test_anything_else_stays_outside(form: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_WRONG_ANSWER_S", 0.0)
    answer = ask(form=form)
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_no_address_leads_away_from_the_app() -> None:
    entered = ask("//elsewhere.example/x", form=b"code=blackboard-7")
    assert entered.headers["location"] == "/elsewhere.example/x"


def test_a_strangers_live_connection_is_refused() -> None:
    assert ask("/_stcore/stream", kind="websocket").first == {"type": "websocket.close", "code": 1008}
    token = ask(form=b"code=blackboard-7").token
    inside = ask("/_stcore/stream", kind="websocket", cookie=f"{ACCESS_COOKIE}={token}")
    assert inside.first["type"] == "websocket.accept"


def test_health_is_for_everybody() -> None:
    assert ask("/_stcore/health").status == 200


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1"])
def test_this_computer_needs_no_code(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert access_code(address) is None


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "::", "school.example", "", None])
def test_every_other_address_gets_one(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    code = access_code(address)
    assert code is not None
    assert len(code) >= access.SHORTEST
    assert access_code(address) == code


def test_a_chosen_code_counts_everywhere_and_must_be_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, CODE)
    assert access_code("localhost") == CODE
    monkeypatch.setenv(VARIABLE, "1234")
    with pytest.raises(InvalidSetting, match=VARIABLE):
        access_code("localhost")


def test_a_student_enters_the_code_and_is_at_the_linked_race(browser: Browser, tmp_path: Path) -> None:
    with (
        running_app(tmp_path / "home", **{VARIABLE: CODE}) as address,
        browser.new_context(locale="en-US") as person,
    ):
        page = person.new_page()
        page.goto(f"{address}/race?depth=20")
        page.get_by_label("Access code").fill("not this")
        page.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("not the code")
        page.get_by_label("Access code").fill(CODE)
        page.get_by_role("button").click()
        expect(page.get_by_role("slider", name="Depth of both networks")).to_have_attribute(
            "aria-valuetext", "20", timeout=30_000
        )
