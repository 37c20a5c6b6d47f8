"""The rules of style are in the page from its first byte on, whoever asks for it and how."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from resnet_viz.ui.styled_page import StyledPage, script
from tests.ui.test_http import ask

_PAGE = "<html><head></head><body>" + "<p>words</p>" * 200 + "</body></html>"
_LINK = "text/html,application/xhtml+xml"


async def _page(_request: Request) -> Response:
    return HTMLResponse(_PAGE, headers={"ETag": '"streamlits"'})


async def _text(_request: Request) -> Response:
    return PlainTextResponse("words</body>")


_APP = Starlette(
    routes=[Route("/", _page), Route("/text", _text)],
    middleware=[Middleware(StyledPage), Middleware(GZipMiddleware)],
)


def test_a_page_ends_with_the_rules_of_all_pages() -> None:
    answer = ask(_APP, "/", accept=_LINK, accept_encoding="gzip")
    page, style = answer.body.decode().split("<style>")
    assert page == _PAGE.removesuffix("</body></html>")
    assert style.endswith(f"</style><script>{script()}</script></body></html>")
    assert ".run-card" in style
    assert ".depth-cells" in style
    assert ".st-key-action_bar" in style
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_browser_does_not_take_an_old_page_for_the_new_one() -> None:
    assert "etag" not in ask(_APP, "/", accept=_LINK).headers


def test_nothing_else_is_touched() -> None:
    assert ask(_APP, "/text", accept=_LINK).body == b"words</body>"
    assert ask(_APP, "/", accept="*/*").body == _PAGE.encode()
