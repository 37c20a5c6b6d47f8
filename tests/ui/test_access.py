"""Who gets in once the app is open to a network."""

import asyncio
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import unquote, urljoin

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
from resnet_viz.ui.access import VARIABLE, AccessCode, access_code
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
    def cookie(self) -> str:
        """As the browser sends it back."""
        ((name, morsel),) = SimpleCookie(self.headers["set-cookie"]).items()
        return f"{name}={morsel.value}"


def ask(
    path: str = "/race?depth=56",
    *,
    form: bytes | None = None,
    kind: str = "http",
    code: str | None = CODE,
    base: str = "",
    **headers: str,
) -> Answer:
    """What a server at ``base`` with ``code`` answers; ``form``: posted."""
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
        "path": unquote(place),
        "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()],
    }
    app = Starlette(routes=_ROUTES, middleware=[Middleware(AccessCode, code=code, base=base)])
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
    assert (entered.status, led_to("/race?depth=56", entered)) == (303, "http://school:8501/race?depth=56")
    assert ask(cookie=entered.cookie).body == "inside"
    assert CODE not in entered.headers["set-cookie"]


@pytest.mark.parametrize("place", ["/", "/race?depth=56&lang=zh", "/a:b", "/50%25", "/what%3F?x=%2F"])
def test_below_a_prefix_that_only_a_proxy_knows_the_code_leads_where_the_link_led(place: str) -> None:
    prefix = "/hub/user/ana/proxy/8628"
    assert (
        led_to(prefix + place, ask(place, form=b"code=blackboard-7")) == f"http://school:8501{prefix}{place}"
    )


def led_to(address: str, answer: Answer) -> str:
    """Where a browser goes that asked for ``address`` and got ``answer``."""
    return urljoin(f"http://school:8501{address}", answer.headers["location"])


def test_each_server_of_a_host_asks_once() -> None:
    """Browsers keep one set of cookies for all ports of a host."""
    kept = SimpleCookie()
    for code in (CODE, "new-term-2027"):
        assert ask(code=code, cookie=kept.output(header="", sep=";")).status == 401
        kept.load(ask(code=code, form=f"code={code}".encode()).headers["set-cookie"])
    for code in (CODE, "new-term-2027") * 2:
        assert ask(code=code, cookie="; ".join(f"{n}={m.value}" for n, m in kept.items())).body == "inside"


def test_another_code_makes_old_cookies_worthless() -> None:
    cookie = ask(form=b"code=blackboard-7").cookie
    assert ask(code="new-term-2027", cookie=cookie).status == 401
    name, _, _token = ask(code="new-term-2027", form=b"code=new-term-2027").cookie.partition("=")
    assert ask(code="new-term-2027", cookie=f"{name}={cookie.partition('=')[2]}").status == 401


@pytest.mark.parametrize("form", [b"code=wrong", b"code=", b"other=blackboard-7", b"\xff\xfe", b"x" * 5000])
def test_anything_else_stays_outside(form: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_WRONG_ANSWER_S", 0.0)
    answer = ask(form=form)
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


def test_no_address_leads_away_from_the_app() -> None:
    entered = ask("//elsewhere.example/x", form=b"code=blackboard-7")
    assert led_to("//elsewhere.example/x", entered).startswith("http://school:8501/")
    assert not entered.headers["location"].startswith(("/", "http"))


def test_a_strangers_live_connection_is_refused() -> None:
    assert ask("/_stcore/stream", kind="websocket").first == {"type": "websocket.close", "code": 1008}
    inside = ask("/_stcore/stream", kind="websocket", cookie=ask(form=b"code=blackboard-7").cookie)
    assert inside.first["type"] == "websocket.accept"


def test_health_is_for_everybody() -> None:
    assert ask("/_stcore/health").status == 200
    assert ask("/lab/resnet/_stcore/health", base="/lab/resnet").status == 200
    assert ask("/race/_stcore/health", base="/lab/resnet").status == 401


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
        page.get_by_label("Access code", exact=True).fill("not this")
        page.get_by_role("button").click()
        expect(page.get_by_role("alert")).to_contain_text("not the code")
        page.get_by_label("Access code", exact=True).fill(CODE)
        page.get_by_role("button").click()
        expect(page.get_by_role("slider", name="Depth of the networks", exact=True)).to_have_attribute(
            "aria-valuetext", "20", timeout=30_000
        )
