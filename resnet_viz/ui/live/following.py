"""Parts of a page that follow a source: shown by the script once, from then on brought up to date past it."""

import json
from collections.abc import Callable, Hashable
from pathlib import Path
from time import monotonic
from typing import Final, Generic, TypeVar

import streamlit as st

from resnet_viz.figures.figure import Figure
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui import chart_card, server
from resnet_viz.ui.component import component
from resnet_viz.ui.live.feed import Offer, Source
from resnet_viz.ui.live.route import ADDRESS
from resnet_viz.ui.live_chart import LIVE_PARTS

R = TypeVar("R")

_HERE: Final = Path(__file__).parent
_SCRIPTS: Final = (_HERE / "connection.js", _HERE / "follower.js")
_HTML: Final = '<div class="live-follower"><p class="live-slow" role="status" hidden></p></div>'
_DRAWN: Final = "drawn_figures"
_SELDOM_S: Final = 5.0


class Following(Generic[R]):
    """What one fragment of a page shows of ``source``.

    Args:
        source: what is followed.
        read: how it stands now.
        stamp: differs whenever the script itself has something else to show; the fragment then runs once.
        key: of this fragment, in the session.
        moving: whether anything can still change; else all stands as it is.
    """

    def __init__(
        self, source: Source[R], read: R, stamp: Callable[[R], str], *, key: str, moving: bool
    ) -> None:
        self._source = source
        self.read = read
        self._stamp = stamp
        self._key = key
        self._moving = moving
        self._parts: dict[str, str] = {}
        self._tokens: dict[Hashable, str | None] = {}

    def text(
        self, name: Hashable, html: Callable[[R], str], seen: Callable[[R], Hashable] | None = None
    ) -> None:
        """HTML that follows; whoever makes it escapes what people wrote. ``seen`` as in `chart`."""
        shown = html(self.read)
        token = self._follow(name, "text", html, seen or _always)
        st.html(f'<div data-live="{token}">{shown}</div>' if token else f"<div>{shown}</div>")

    def data(self, name: Hashable, draw: Callable[[R], str], *choices: Hashable) -> None:
        """Something that a component of the page follows by itself, under `token`."""
        self._tokens[name] = self._follow((name, *choices), "data", draw, _always)

    def title(self, text: Callable[[R], str]) -> None:
        """What the title of the tab begins with; where it is empty, the page's own stands alone."""
        self._follow("title", "title", text, _always)

    def token(self, name: Hashable) -> str | None:
        """Of what was made by `data`; None where nothing moves."""
        return self._tokens[name]

    def chart(
        self,
        name: Hashable,
        draw: Callable[[R], Figure],
        seen: Callable[[R], Hashable],
        *,
        key: str,
        filename: str,
        height_px: int,
        narrow_px: int | None = None,
    ) -> None:
        """A figure that follows; ``seen`` of what was read differs whenever the figure could."""
        drawn = self._drawn(name, draw, seen, key, filename)
        token = self._follow(name, "chart", draw, seen)
        words = self._follow((name, "words"), "data", lambda read: draw(read).words, _seldom)
        live = None
        if token is not None and words is not None:
            live = chart_card.Live(
                token,
                words,
                lambda html: self.text((name, "table"), lambda read: html(draw(read)), _seldom),
                lambda: draw(self._source.read()),
            )
        chart_card.show(
            drawn, key=key, filename=filename, height_px=height_px, narrow_px=narrow_px, live=live
        )

    def begin(self) -> None:
        """Let the browser follow all that was shown; the fragment runs again when the stamp changes."""
        if not self._moving:
            return
        self._follow(("stamp", self._key), "stamp", self._stamp, _always)
        data = {
            "address": ADDRESS,
            "parts": self._parts,
            "stamp": self._stamp(self.read),
            "slow": _(
                "Updates come every few seconds: something between this page and its server holds them back."
            ),
        }
        show = component("live_follower", LIVE_PARTS, *_SCRIPTS, html=_HTML)
        show(key=f"{self._key}_follower", data=json.dumps(data).encode(), on_moved_change=_moved)

    def _follow(
        self,
        name: Hashable,
        kind: str,
        draw: Callable[[R], Figure | str],
        seen: Callable[[R], Hashable],
    ) -> str | None:
        if not self._moving:
            return None
        token = server.feed().offer(name, Offer(self._source, current_language(), draw, seen))
        self._parts[token] = kind
        return token

    def _drawn(
        self,
        name: Hashable,
        draw: Callable[[R], Figure],
        seen: Callable[[R], Hashable],
        key: str,
        filename: str,
    ) -> Figure:
        """The figure, as it is kept from before where there is nothing new to draw."""
        kept: dict[str, tuple[Hashable, Figure]] = st.session_state.setdefault(_DRAWN, {})
        wanted = (filename, current_language(), name, seen(self.read))
        if key not in kept or kept[key][0] != wanted:
            kept[key] = (wanted, draw(self.read))
        return kept[key][1]


class _Still(Generic[R]):
    """A source of what does not change."""

    def __init__(self, read: R) -> None:
        self._read = read

    @property
    def key(self) -> Hashable:
        return id(self)

    def read(self) -> R:
        return self._read


def still(read: R) -> Following[R]:
    """What does not move, shown as what does."""
    return Following(_Still(read), read, lambda _read: "", key="still", moving=False)


def _always(_read: object) -> Hashable:
    """Equal to nothing that was before."""
    return object()


def _seldom(_read: object) -> Hashable:
    """For what is long, or read out: it follows every few seconds."""
    return int(monotonic() / _SELDOM_S)


def _moved() -> None:
    """That the browser said so is enough: the fragment runs."""
