"""Where browsers follow, asked over HTTP: streams, single answers, refusals, many at once."""

import http.client
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from resnet_viz.ui.access import AccessCode
from resnet_viz.ui.live import route
from resnet_viz.ui.live.feed import Feed
from resnet_viz.ui.live.route import live_route
from tests.jobs.waiting import until
from tests.ui.live.test_feed import Counter, offer, spelled

STEPS = 120
VIEWERS = 30


@dataclass
class Served:
    """A feed and the port at which it is followed."""

    feed: Feed
    port: int

    def answer(self, query: str) -> tuple[int, str]:
        with connected(self.port, query) as response:
            return response.status, response.read().decode()


@contextmanager
def connected(port: int, query: str) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=40)
    try:
        connection.request("GET", f"/live?{query}")
        yield connection.getresponse()
    finally:
        connection.close()


@contextmanager
def served(code: str | None = None) -> Iterator[Served]:
    feed = Feed(tick_s=0.02)
    app = Starlette(
        routes=[live_route("/live", lambda: feed)], middleware=[Middleware(AccessCode, code=code)]
    )
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        until(lambda: server.started)
        yield Served(feed, listening.getsockname()[1])
    finally:
        feed.close()
        server.should_exit = True
        thread.join(20)
        listening.close()


def messages(response: http.client.HTTPResponse) -> Iterator[dict[str, Any]]:
    while line := response.readline():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def read_to(response: http.client.HTTPResponse, last: str) -> list[str]:
    """All texts up to ``last``, as a browser puts them together."""
    texts: list[str] = []
    version = 0
    for message in messages(response):
        if "hello" in message:
            continue
        if "whole" in message:
            texts.append(message["whole"])
        else:
            assert message["from"] == version
            patch, before = message["patch"], texts[-1]
            texts.append(before[: patch["start"]] + patch["text"] + before[len(before) - patch["end"] :])
        version = message["to"]
        if texts[-1] == last:
            return texts
    raise AssertionError(f"ended after {texts[-1:]}")


def test_thirty_viewers_see_every_step_in_order() -> None:
    source = Counter()
    with served() as live, ThreadPoolExecutor(VIEWERS) as pool:
        token = offer(live.feed, source)

        def watch(_viewer: int) -> list[str]:
            with connected(live.port, f"part={token}.0") as response:
                assert response.getheader("content-type", "").startswith("text/event-stream")
                return read_to(response, spelled(STEPS))

        watching = [pool.submit(watch, viewer) for viewer in range(VIEWERS)]
        until(lambda: len(live.feed._streams[token].watchers) == VIEWERS)
        until(partial(source.was_read, 2))  # what the first reading found is drawn
        for now in range(1, STEPS):
            read = source.reads + 2
            source.now = now
            until(partial(source.was_read, read))
        source.now = STEPS
        for seen in (viewer.result(60) for viewer in watching):
            steps = [int(text.split()[1]) for text in seen]
            assert steps[0] == 0
            assert steps[-1] == STEPS
            assert steps == list(range(STEPS + 1)), "none lost, none doubled"


def test_one_answer_at_a_time_tells_what_is_new_since_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Counter()
    with served() as live:
        token = offer(live.feed, source)
        with monkeypatch.context() as patient:
            patient.setattr(route, "_ANSWER_AFTER_S", 30.0)
            status, first = live.answer(f"part={token}.0&once=1")
            source.now = 1
            _status, second = live.answer(f"part={token}.1&once=1")
        assert (status, json.loads(first)["whole"]) == (200, spelled(0))
        assert json.loads(second)["patch"] == {"start": 5, "end": 7, "text": "1"}
        _status, nothing = live.answer(f"part={token}.2&once=1")
        assert nothing == ""


def test_what_was_never_offered_is_forgotten_and_nonsense_is_refused() -> None:
    with served() as live:
        assert live.answer("part=madeup.0&once=1") == (200, '{"forgotten":true}')
        with connected(live.port, "part=madeup.0") as response:
            assert [*messages(response)] == [{"hello": True}, {"forgotten": True}]
        many = "&".join(f"part=a{n}.0" for n in range(500))
        for query in ("", "part=", "part=x.y", "part=x", many):
            assert live.answer(query)[0] == 400


def test_nobody_follows_without_the_access_code() -> None:
    with served(code="blackboard-7") as live:
        token = offer(live.feed, Counter())
        assert live.answer(f"part={token}.0&once=1") == (401, "access code needed")


def test_a_viewer_that_goes_is_let_go() -> None:
    with served() as live:
        token = offer(live.feed, source := Counter())
        with connected(live.port, f"part={token}.0") as response:
            next(messages(response))
            until(lambda: live.feed._streams[token].watchers)
        source.now = 1
        until(lambda: not live.feed._streams[token].watchers)


def test_who_can_gets_the_events_compressed_each_readable_as_it_comes() -> None:
    source = Counter()
    with served() as live:
        token = offer(live.feed, source)
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=40)
        connection.request("GET", f"/live?part={token}.0", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        assert response.getheader("content-encoding") == "gzip"
        unpacker, text = zlib.decompressobj(wbits=31), ""
        for now in range(5):
            source.now = now
            wanted = spelled(0) if not now else f'"text":"{now}"'
            while wanted not in text:
                text += unpacker.decompress(response.read1(4096)).decode()
        connection.close()
