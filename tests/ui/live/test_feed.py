"""The feed: read once and drawn once for all viewers, nothing lost or doubled, nobody waits for anybody."""

import json
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np
import pytest

from resnet_viz.errors import NotFound, StoreUnavailable
from resnet_viz.figures.figure import Figure
from resnet_viz.locale import gettext as _
from resnet_viz.ui.live.feed import Feed, Offer, Watch
from tests.jobs.waiting import until


class Counter:
    """A source that stands at ``now``; ``reads`` says how often it was looked at."""

    def __init__(self, name: str = "counter") -> None:
        self.name = name
        self.now = 0
        self.reads = 0
        self.error: Exception | None = None

    @property
    def key(self) -> Hashable:
        return self.name

    def read(self) -> int:
        self.reads += 1
        if self.error is not None:
            raise self.error
        return self.now

    def was_read(self, times: int) -> bool:
        return self.reads >= times


class Viewer:
    """Follows tokens as a browser does: takes patches, keeps versions, and counts what it was sent."""

    def __init__(
        self, feed: Feed, stack: ExitStack, *tokens: str, since: dict[str, int] | None = None
    ) -> None:
        self.feed = feed
        self.news = threading.Event()
        self.versions = dict.fromkeys(tokens, 0) | (since or {})
        self.texts: dict[str, str] = {}
        self.seen: list[str] = []
        self.wholes = 0
        self.gone: set[str] = set()
        self.watch: Watch = stack.enter_context(feed.watch(self.versions, self.news.set))

    def take(self) -> bool:
        """Take what is new; true, so that it can stand in a condition."""
        self.news.clear()
        for line in self.feed.news(self.watch):
            message = json.loads(line)
            token = message["part"]
            if message.get("gone"):
                self.gone.add(token)
                continue
            if "whole" in message:
                self.texts[token] = message["whole"]
                self.wholes += 1
            else:
                assert message["from"] == self.versions[token], "nothing between was left out"
                patch, before = message["patch"], self.texts[token]
                self.texts[token] = (
                    before[: patch["start"]] + patch["text"] + before[len(before) - patch["end"] :]
                )
            self.versions[token] = message["to"]
            self.seen.append(self.texts[token])
        return True

    def lines(self) -> list[bytes]:
        """What comes next, as it is sent."""
        lines: list[bytes] = []

        def came() -> bool:
            lines.extend(self.feed.news(self.watch))
            return bool(lines)

        until(came)
        return lines

    def sees(self, text: str) -> bool:
        self.take()
        return text in self.texts.values()


def spelled(now: int) -> str:
    return f"Step {now} of 100"


@pytest.fixture
def feed() -> Iterator[Feed]:
    live = Feed(tick_s=0.01)
    yield live
    live.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def offer(
    feed: Feed,
    source: Counter,
    draw: Callable[[int], str | Figure] = spelled,
    name: str = "text",
    language: str = "en",
) -> str:
    return feed.offer(name, Offer(source, language, draw, lambda now: now))


def test_what_many_watch_is_drawn_once(feed: Feed, stack: ExitStack) -> None:
    source, drawn = Counter(), []

    def draw(now: int) -> str:
        drawn.append(now)
        return spelled(now)

    viewers = [Viewer(feed, stack, offer(feed, source, draw)) for _viewer in range(30)]
    for now in range(1, 6):
        source.now = now
        for viewer in viewers:
            until(partial(viewer.sees, spelled(now)))
    assert drawn in (list(range(6)), list(range(1, 6))), "each state once, for all"


def test_all_get_the_same_bytes(feed: Feed, stack: ExitStack) -> None:
    source = Counter()
    token = offer(feed, source)
    first, second = Viewer(feed, stack, token), Viewer(feed, stack, token)
    until(lambda: first.sees(spelled(0)) and second.sees(spelled(0)))
    source.now = 7
    assert first.lines() == second.lines()


def test_every_state_comes_once_and_in_order_also_across_a_reconnect(feed: Feed, stack: ExitStack) -> None:
    source = Counter()
    token = offer(feed, source)
    seen: list[str] = []
    versions: dict[str, int] = {token: 0}
    texts: dict[str, str] = {}
    for connection in range(5):
        with ExitStack() as connected:
            viewer = Viewer(feed, connected, token, since=versions)
            viewer.texts = texts
            for now in range(4 * connection + 1, 4 * connection + 5):
                source.now = now
                until(partial(viewer.sees, spelled(now)))
            seen += viewer.seen
            versions, texts = viewer.versions, viewer.texts
        source.now = 4 * connection + 5
    assert [text for text in seen if text != spelled(0)] == [spelled(now) for now in range(1, 21)]
    assert viewer.wholes == 0, "what was known was not sent again"


def test_a_late_viewer_gets_everything_so_far_and_then_follows(feed: Feed, stack: ExitStack) -> None:
    source = Counter()
    token = offer(feed, source)
    early = Viewer(feed, stack, token)
    for now in (1, 2, 3):
        source.now = now
        until(partial(early.sees, spelled(now)))
    late = Viewer(feed, stack, token)
    until(lambda: late.sees(spelled(3)))
    source.now = 4
    until(lambda: late.sees(spelled(4)))
    assert late.seen == [spelled(3), spelled(4)]


def test_who_stops_reading_holds_up_nobody_and_is_skipped_ahead(feed: Feed, stack: ExitStack) -> None:
    source = Counter()
    token = offer(feed, source)
    slow, quick = Viewer(feed, stack, token), Viewer(feed, stack, token)
    until(lambda: slow.sees(spelled(0)))
    for now in range(1, 90):
        source.now = now
        until(partial(quick.sees, spelled(now)))
    slow.take()
    assert slow.texts[token] == spelled(89)
    assert len(slow.seen) == 2, "not one by one what is long past"


def test_two_languages_at_once_read_the_source_together(feed: Feed, stack: ExitStack) -> None:
    source = Counter()

    def draw(_now: int) -> str:
        return _("Training loss")

    english, chinese = offer(feed, source, draw), offer(feed, source, draw, language="zh")
    viewer = Viewer(feed, stack, english, chinese)
    until(lambda: viewer.take() and len(viewer.texts) == 2)
    before = source.reads
    until(lambda: source.reads > before)
    assert viewer.texts[english] == "Training loss"
    assert viewer.texts[chinese] == "训练损失"


def test_nobody_can_follow_what_no_page_has_offered(feed: Feed, stack: ExitStack) -> None:
    offer(feed, Counter())
    with pytest.raises(KeyError):
        Viewer(feed, stack, "text")


def test_a_source_that_is_gone_ends_its_own_parts_only(feed: Feed, stack: ExitStack) -> None:
    deleted, other = Counter("deleted"), Counter("other")
    viewer = Viewer(feed, stack, offer(feed, deleted), token := offer(feed, other))
    until(lambda: viewer.take() and len(viewer.texts) == 2)
    deleted.error = NotFound("not_found", "There is no run {id}.", id="x")
    until(lambda: viewer.take() and len(viewer.gone) == 1)
    other.now = 3
    until(lambda: viewer.sees(spelled(3)))
    assert token not in viewer.gone
    assert offer(feed, deleted) not in viewer.gone, "who offers it anew begins anew"


def test_a_drawing_that_fails_ends_its_own_parts_only(feed: Feed, stack: ExitStack) -> None:
    def broken(now: int) -> str:
        if now:
            raise ZeroDivisionError
        return "fine"

    one, other = Counter("one"), Counter("other")
    viewer = Viewer(feed, stack, offer(feed, one, broken), offer(feed, other))
    until(lambda: viewer.take() and len(viewer.texts) == 2)
    one.now = other.now = 1
    until(lambda: viewer.take() and len(viewer.gone) == 1 and viewer.sees(spelled(1)))


def test_a_history_that_cannot_be_read_for_a_while_is_read_again(feed: Feed, stack: ExitStack) -> None:
    source = Counter()
    viewer = Viewer(feed, stack, offer(feed, source))
    until(lambda: viewer.sees(spelled(0)))
    source.error = StoreUnavailable("store_busy", "The history is busy.")
    before = source.reads
    until(lambda: source.reads > before + 2)
    source.error, source.now = None, 1
    until(lambda: viewer.sees(spelled(1)))
    assert not viewer.gone


def test_nothing_is_read_while_nobody_watches(feed: Feed) -> None:
    source = Counter()
    token = offer(feed, source)
    with ExitStack() as watching:
        viewer = Viewer(feed, watching, token)
        until(lambda: viewer.sees(spelled(0)))
    until(lambda: not any(thread.name == "live feed" for thread in threading.enumerate()))
    before = source.reads
    source.now = 5
    with ExitStack() as watching:
        again = Viewer(feed, watching, token)
        until(lambda: again.sees(spelled(5)))
    assert source.reads > before


def test_a_curve_grows_by_what_is_new(feed: Feed, stack: ExitStack) -> None:
    source = Counter()

    def draw(now: int) -> Figure:
        x = np.arange(now + 10, dtype=np.int32)
        chart: dict[str, Any] = {
            "data": [{"type": "scatter", "name": "Plain", "x": x}],
            "layout": {"height": 3},
        }
        return Figure("", "", "", chart, dict)

    viewer = Viewer(feed, stack, offer(feed, source, draw))
    viewer.lines()
    source.now = 2
    (message,) = map(json.loads, viewer.lines())
    assert message["patch"] == {
        "traces": [{"rows": {"x": {"after": 10, "more": {"dtype": "i4", "bdata": "CgAAAAsAAAA="}}}}]
    }
