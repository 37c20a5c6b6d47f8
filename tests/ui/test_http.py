"""What every response carries, and who gets an identity."""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urljoin

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from resnet_viz.errors import InvalidSetting
from resnet_viz.ui.addresses import PLOTLY
from resnet_viz.ui.embedding import VARIABLE, embedders
from resnet_viz.ui.http import OWNER_COOKIE, HeadersAndOwner, NoTrailingSlash, UnknownAddress, routes


async def _page(_request: Request) -> HTMLResponse:
    return HTMLResponse("<p>page</p>")


async def _data(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("data")


_COURSE = "https://moodle.example.org"
PLOTLY_PATH = f"/{PLOTLY}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


def get(
    path: str,
    *,
    base: str = "",
    embedded_in: Sequence[str] = (),
    scheme: str = "http",
    more: Sequence[Route] = (),
    **headers: str,
) -> Answer:
    """Ask the app, which lives at ``base``."""
    middleware = [Middleware(HeadersAndOwner, embedders=embedded_in), Middleware(NoTrailingSlash, base=base)]
    home, data = Route(f"{base}/", _page), Route(f"{base}/data", _data)
    app = Starlette(routes=[home, data, *more, *routes(base)], middleware=middleware)
    return ask(app, path, scheme=scheme, **headers)


def ask(app: Starlette, path: str, *, scheme: str = "http", **headers: str) -> Answer:
    """Ask ``app`` as a server would, without one."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": scheme,
        "path": path.partition("?")[0],
        "query_string": path.partition("?")[2].encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
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


def test_the_cookie_is_for_where_the_page_is() -> None:
    """A cookie without a path is sent below the page's own address, which may have a prefix."""
    assert "path" not in get("/").headers["set-cookie"].lower()


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


@pytest.mark.parametrize("base", ["", "/lab/resnet"])
@pytest.mark.parametrize("probe", ["health", "host-config"])
def test_the_server_is_denied_below_a_page_without_an_error(probe: str, base: str) -> None:
    assert 300 <= get(f"{base}/race/_stcore/{probe}", base=base).status < 400


def test_plotly_is_where_the_app_lives() -> None:
    assert get(f"/lab/resnet/{PLOTLY}", base="/lab/resnet").status == 200
    assert not PLOTLY.startswith("/"), "seen from a page, so that it is right below any prefix"


@pytest.mark.parametrize(("base", "prefix"), [("", ""), ("/lab", "/lab"), ("", "/hub/user/ana")])
def test_a_slash_too_many_leads_to_the_page_itself(base: str, prefix: str) -> None:
    asked = "/race/?depth=20"
    answer = get(base + asked, base=base)
    assert 300 <= answer.status < 400
    led_to = urljoin(f"http://school{prefix}{asked}", answer.headers["location"])
    assert led_to == f"http://school{prefix}/race?depth=20"
    assert get(f"{base}/", base=base).status == 200


def test_a_course_page_may_embed_the_app_where_a_setting_names_it() -> None:
    headers = get("/", embedded_in=[_COURSE, "https://*.school.example"]).headers
    assert "x-frame-options" not in headers
    policy = headers["content-security-policy"].split("; ")
    assert f"frame-ancestors 'self' {_COURSE} https://*.school.example" in policy


def test_who_looks_through_a_course_page_keeps_an_identity() -> None:
    """Without these three, browsers send no cookie to a page in another site's frame."""
    words = get("/", embedded_in=[_COURSE], scheme="https").headers["set-cookie"].split("; ")
    assert {"SameSite=None", "Secure", "Partitioned"} <= set(words)
    assert "SameSite=Lax" in get("/", embedded_in=[_COURSE]).headers["set-cookie"].split("; ")
    assert "SameSite=Lax" in get("/", scheme="https").headers["set-cookie"].split("; ")


def test_streamlits_own_cookies_reach_a_frame_too() -> None:
    """Without the one against forged requests, no file can be uploaded."""

    async def health(_request: Request) -> Response:
        answer = PlainTextResponse("ok")
        answer.set_cookie("_streamlit_xsrf", "2|x|y|1", samesite="lax")
        return answer

    words = get("/health", more=[Route("/health", health)], embedded_in=[_COURSE], scheme="https")
    given = words.headers["set-cookie"].split("; ")
    assert {"SameSite=None", "Secure", "Partitioned"} <= set(given)
    assert not any("lax" in word.lower() for word in given)


def test_embedders_are_sites(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert embedders() == ()
    monkeypatch.setenv(VARIABLE, f"{_COURSE}/  https://*.school.example:8443")
    assert embedders() == (_COURSE, "https://*.school.example:8443")


@pytest.mark.parametrize(
    "site", ["moodle.example.org", f"{_COURSE}/course?id=7", "*", f"{_COURSE};", "'none'"]
)
def test_what_is_no_site_may_not_embed(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, site)
    with pytest.raises(InvalidSetting, match=VARIABLE):
        embedders()


def lead(path: str, base: str = "") -> Answer:
    """Ask an app, which lives at ``base`` and has its page at every address, as Streamlit does."""
    everywhere = Route("/{path:path}", _page)
    data = Route(f"{base}/media/data", _data)
    app = Starlette(routes=[data, everywhere], middleware=[Middleware(UnknownAddress, base=base)])
    return ask(app, path)


@pytest.mark.parametrize("base", ["", "/lab/resnet"])
@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/nowhere", "./?no_page=nowhere"),
        ("/Race", "./?no_page=Race"),
        ("/race/deep/er?lang=zh", "../../?lang=zh&no_page=race%2Fdeep%2Fer"),
    ],
)
def test_an_address_without_a_page_leads_to_the_first_one_below_any_prefix(
    base: str, path: str, to: str
) -> None:
    answer = lead(base + path, base)
    assert answer.status == 303
    assert answer.headers["location"] == to


@pytest.mark.parametrize("path", ["/", "/race", "/depth?lang=zh", "/media/data"])
def test_pages_and_files_are_answered_where_they_are(path: str) -> None:
    assert lead(path).status == 200


def test_what_an_unknown_address_says_is_kept_short() -> None:
    assert len(lead("/" + "a" * 5000).headers["location"]) < 150
