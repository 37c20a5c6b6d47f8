"""What pages follow: read once a tick, drawn and encoded once, and sent as the same bytes to all who watch.

A page offers what it shows: a source, which is read, and what is drawn of it. It gets a token
for each, under which browsers ask for it (`route`). Nobody can ask for what no page has offered.
"""

import logging
import secrets
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from resnet_viz.errors import ResnetVizError, StoreUnavailable
from resnet_viz.figures.chart import encoded
from resnet_viz.figures.figure import Figure
from resnet_viz.locale import set_language
from resnet_viz.ui.live.patches import chart_patch, text_patch

TICK_S: Final = 0.5
_REST: Final = 0.5
"""Where a tick takes long, the share of that time for which nothing is done before the next."""
_PATCHES_KEPT: Final = 64
_BYTES_KEPT: Final = 48 * 1024
"""A viewer that is further behind gets the whole, which is hardly more."""
_UNWATCHED_S: Final = 60.0
"""As long somebody who was cut off finds what is new; then what was drawn is forgotten."""
_OFFERS_KEPT: Final = 4000

_log = logging.getLogger(__name__)

Read_co = TypeVar("Read_co", covariant=True)


class Source(Protocol[Read_co]):
    """Something that changes."""

    @property
    def key(self) -> Hashable:
        """Sources of one key read the same."""

    def read(self) -> Read_co:
        """How it stands now; raises `ResnetVizError`, `NotFound` where it is gone."""


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What a page shows of a source: ``draw`` makes it of what was read, anew when ``seen`` has changed."""

    source: Source[Any]
    language: str
    draw: Callable[[Any], Figure | str]
    seen: Callable[[Any], Hashable]


_Message = bytes
"""One line of JSON."""


@dataclass(eq=False)
class _Stream:
    """An offer, what was last drawn of it, and the steps that led there."""

    token: str
    offer: Offer
    version: int = 0
    """Counts what was drawn; 0: nothing yet."""
    seen: Hashable = None
    value: Any = None
    patches: deque[tuple[int, _Message]] = field(default_factory=lambda: deque(maxlen=_PATCHES_KEPT))
    whole: _Message | None = None
    gone: bool = False
    watchers: set["Watch"] = field(default_factory=set)
    left_at: float = 0.0

    def take(self, seen: Hashable, value: Any, patch: dict[str, Any] | None) -> None:
        """``value`` is what there is now, and ``patch`` leads there from what was; None: nothing does."""
        self.seen, self.value, self.whole = seen, value, None
        old, self.version = self.version, self.version + 1
        if patch is None:
            self.patches.clear()
        else:
            message = {"part": self.token, "from": old, "to": self.version, "patch": patch}
            self.patches.append((old, encoded(message)))
            while sum(len(message) for _from, message in self.patches) > _BYTES_KEPT:
                self.patches.popleft()

    def since(self, version: int) -> list[_Message]:
        """What brings a viewer from ``version`` to now."""
        if self.gone:
            return [encoded({"part": self.token, "gone": True})]
        if self.value is None or version == self.version:
            return []
        steps = [message for old, message in self.patches if old >= version]
        if version and len(steps) == self.version - version:
            return steps
        if self.whole is None:
            self.whole = encoded({"part": self.token, "to": self.version, "whole": self.value})
        return [self.whole]

    def forget(self) -> None:
        """Let go of what was drawn; whoever comes back gets the whole."""
        self.value, self.whole = None, None
        self.patches.clear()


class Watch:
    """One viewer: what it follows and how far it has come; ``notify`` is called when there is more."""

    def __init__(
        self, streams: Mapping[str, _Stream], versions: Mapping[str, int], notify: Callable[[], object]
    ):
        self._streams = streams
        self._versions = dict(versions)
        self.notify = notify

    def news(self) -> list[_Message]:
        """All that is new since the last call."""
        found = []
        for token, version in self._versions.items():
            stream = self._streams[token]
            messages = stream.since(version)
            found += messages
            self._versions[token] = stream.version
        return found


class Feed:
    """All that is followed on this server; one thread reads and draws while anybody watches."""

    def __init__(self, tick_s: float = TICK_S) -> None:
        self._tick_s = tick_s
        self._lock = threading.RLock()
        self._tokens: dict[Hashable, str] = {}
        self._streams: dict[str, _Stream] = {}
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._unread: set[Hashable] = set()
        """Sources that could not be read the last time, which is logged once."""

    @property
    def closed(self) -> bool:
        """Whether the server ends."""
        return self._closed.is_set()

    def offer(self, name: Hashable, offer: Offer) -> str:
        """The token under which browsers follow ``offer``; the same for all who show it by this name."""
        key = (offer.source.key, offer.language, name)
        with self._lock:
            token = self._tokens.get(key)
            if token is None or self._streams[token].gone:
                if token is not None:
                    del self._streams[token]  # who still watches it has been told
                token = secrets.token_urlsafe(12)
                self._tokens[key] = token
                self._streams[token] = _Stream(token, offer)
                self._tidy()
            return token

    @contextmanager
    def watch(self, versions: Mapping[str, int], notify: Callable[[], object]) -> Iterator[Watch]:
        """Follow the parts with these tokens from the versions that the viewer has, 0 for none.

        Raises:
            KeyError: one of them was never offered, or so long ago that it is forgotten.
        """
        with self._lock:
            streams = {token: self._streams[token] for token in versions}
            watch = Watch(streams, versions, notify)
            for stream in streams.values():
                stream.watchers.add(watch)
            self._begin()
        self._wake.set()
        try:
            yield watch
        finally:
            with self._lock:
                for stream in streams.values():
                    stream.watchers.discard(watch)
                    stream.left_at = monotonic()

    def news(self, watch: Watch) -> list[_Message]:
        """All that is new for ``watch`` since the last call."""
        with self._lock:
            return watch.news()

    def close(self) -> None:
        """Let everybody go; can be called from a signal handler."""
        self._closed.set()
        self._wake.set()
        for stream in list(self._streams.values()):
            for watch in list(stream.watchers):
                watch.notify()

    def _begin(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="live feed", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self.closed:
            self._wake.clear()
            begun = monotonic()
            if not self._tick():
                with self._lock:
                    if not self._watched():
                        self._thread = None  # the next viewer starts another
                        return
            spent = monotonic() - begun
            # Woken by a new viewer, who is not made to wait for the others' tick.
            self._wake.wait(max(self._tick_s - spent, _REST * spent))

    def _watched(self) -> list[_Stream]:
        return [stream for stream in self._streams.values() if stream.watchers and not stream.gone]

    def _tick(self) -> bool:
        """Read every source that is watched, once, and draw what is watched of it."""
        with self._lock:
            of_source: dict[Hashable, list[_Stream]] = defaultdict(list)
            for stream in self._watched():
                of_source[stream.offer.source.key].append(stream)
        for streams in of_source.values():
            if self.closed:
                break
            self._bring_up(streams)
        return bool(of_source)

    def _bring_up(self, streams: list[_Stream]) -> None:
        """Streams of one source; their viewers are told at once, not after the other sources."""
        moved: list[_Stream] = []
        source = streams[0].offer.source
        try:
            read = source.read()
            self._unread.discard(source.key)
            for stream in streams:
                if self._draw(stream, read):
                    moved.append(stream)
        except StoreUnavailable:
            if source.key not in self._unread:
                _log.warning("what pages follow could not be read", exc_info=True)
            self._unread.add(source.key)
        except ResnetVizError:
            moved = self._give_up(streams)
        except Exception:  # of one page's drawing: others go on, and the page itself shows what is wrong
            _log.exception("something that a page follows could not be drawn")
            moved = self._give_up(streams)
        self._notify(moved)

    def _draw(self, stream: _Stream, read: Any) -> bool:
        """Draw anew where there is something new to draw; whether there was.

        Without the lock: viewers are served meanwhile. No other thread draws.
        """
        offer, before = stream.offer, stream.value
        seen = offer.seen(read)
        if before is not None and seen == stream.seen:
            return False
        set_language(offer.language)
        drawn = offer.draw(read)
        value = drawn if isinstance(drawn, str) else _with_narrow(drawn)
        patch = _patch(before, value)
        with self._lock:
            if patch == {}:
                stream.seen = seen
                return False
            stream.take(seen, value, patch)
        return True

    def _give_up(self, streams: list[_Stream]) -> list[_Stream]:
        with self._lock:
            for stream in streams:
                stream.gone = True
                stream.forget()
        return streams

    def _notify(self, streams: Iterable[_Stream]) -> None:
        with self._lock:
            watchers = {watch for stream in streams for watch in stream.watchers}
        for watch in watchers:
            if not self.closed:  # with the server the loops of its viewers end
                watch.notify()

    def _tidy(self) -> None:
        now = monotonic()
        idle = [
            (key, token)
            for key, token in self._tokens.items()
            if not self._streams[token].watchers and now - self._streams[token].left_at > _UNWATCHED_S
        ]
        for _key, token in idle:
            self._streams[token].forget()
        for key, token in idle[: max(0, len(self._tokens) - _OFFERS_KEPT)]:
            del self._tokens[key], self._streams[token]


def _with_narrow(figure: Figure) -> dict[str, Any]:
    return figure.chart if figure.narrow is None else figure.chart | {"narrow": figure.narrow}


def _patch(before: Any, after: Any) -> dict[str, Any] | None:
    """``{}``: they are the same; None: there is no way from one to the other."""
    if isinstance(before, str) and isinstance(after, str):
        return text_patch(before, after) if before != after else {}
    if isinstance(before, dict) and isinstance(after, dict):
        return chart_patch(before, after)
    return None
