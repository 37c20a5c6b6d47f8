"""The address under which browsers follow: a stream of events, or single answers where none comes through."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from resnet_viz.ui.live.feed import Feed

ADDRESS: Final = "live"
"""As seen from any page."""

_HEARTBEAT_S: Final = 15.0
_MOST_PARTS: Final = 100
_ANSWER_AFTER_S: Final = 1.5
"""Whoever asks for one answer waits no longer for news."""
_LEVEL: Final = 6
_GZIP: Final = 16 + 13
"""A gzip stream with a window of 8 kB: thirty of them take little memory."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def live_route(path: str, feed: Callable[[], Feed]) -> Route:
    """The route at ``path``: ``?part=TOKEN.VERSION`` for each part, ``&once=1`` for a single answer."""

    async def answer(request: Request) -> Response:
        try:
            versions = _asked_for(request)
        except ValueError:
            return PlainTextResponse("part=TOKEN.VERSION", status_code=400)
        if "once" in request.query_params:
            lines = await _once(feed(), versions)
            return PlainTextResponse(b"\n".join(lines), headers=_HEADERS)
        events, headers = _events(feed(), versions), dict(_HEADERS)
        if "gzip" in request.headers.get("accept-encoding", ""):
            events, headers["Content-Encoding"] = _compressed(events), "gzip"
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    return Route(path, answer)


def _asked_for(request: Request) -> dict[str, int]:
    """Versions by token; raises ValueError."""
    parts = request.query_params.getlist("part")
    if not 0 < len(parts) <= _MOST_PARTS:
        raise ValueError("too few or too many parts")
    split = [part.rpartition(".") for part in parts]
    return {token: int(version) for token, _dot, version in split}


async def _events(feed: Feed, versions: dict[str, int]) -> AsyncIterator[bytes]:
    """What is new, as it comes, until either side goes; a comment now and then where nothing is."""
    yield b'data: {"hello":true}\n\n'
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    try:
        with feed.watch(versions, lambda: loop.call_soon_threadsafe(news.set)) as watch:
            while not feed.closed:
                news.clear()
                lines = feed.news(watch)
                if lines:
                    yield b"".join(b"data: %b\n\n" % line for line in lines)
                try:
                    await asyncio.wait_for(news.wait(), _HEARTBEAT_S)
                except TimeoutError:
                    yield b": still here\n\n"
    except KeyError:
        yield b'data: {"forgotten":true}\n\n'


async def _compressed(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """One gzip stream, of which each event can be read as soon as it comes; half of the bytes."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    async for event in events:
        yield packer.compress(event) + packer.flush(zlib.Z_SYNC_FLUSH)


async def _once(feed: Feed, versions: dict[str, int]) -> list[bytes]:
    """What is new, as soon as something is, or nothing after a while."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    try:
        with feed.watch(versions, lambda: loop.call_soon_threadsafe(news.set)) as watch:
            lines = feed.news(watch)
            with suppress(TimeoutError):
                async with asyncio.timeout(_ANSWER_AFTER_S):
                    while not lines and not feed.closed:
                        await news.wait()
                        news.clear()
                        lines = feed.news(watch)  # none where the notice is about what was taken already
            return lines
    except KeyError:
        return [b'{"forgotten":true}']
