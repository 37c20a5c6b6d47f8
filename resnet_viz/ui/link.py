"""What a page says in the address bar: written there, kept in the session, followed where it was changed."""

from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Final

import streamlit as st

from resnet_viz.ui.address_bar import unknown

_ON_ITS_WAY_S: Final = 5.0
"""So long after a choice a request may arrive that does not know its link yet: from a page that refreshes
itself, or of somebody who has made the next choice already. What is older is the button Back."""
_ON_SCREEN: Final = "link_on_screen"
"""The session key of the page that was drawn last."""


def say_again(key: str) -> None:
    """Give the widget of a session key the value that it has; in every run, before it is made.

    A browser may draw a widget only after a second script run: it lies in something folded, or its code was
    still on the way when another one was pressed. It takes the value from the latest run. Where that does not
    say it, it takes the widget's own beginning and reports that as the reader's choice.
    """
    st.session_state[key] = st.session_state[key]


class Link:
    """The part of the link that one page writes.

    Args:
        name: tells it from those of other pages in the session.
        parameters: the names in the link.
        everywhere: whether every page has them; a link without them then says nothing new.
    """

    def __init__(self, name: str, parameters: Sequence[str], *, everywhere: bool = False) -> None:
        self._name = name
        self._parameters = tuple(parameters)
        self._everywhere = everywhere
        self._said = f"link_{name}_said"
        self._left = f"link_{name}_left"
        self._notices = f"link_{name}_notices"

    def arrived(self) -> bool:
        """Whether the address bar says something else than this page wrote; that then counts.

        To be asked before any widget is made. It does on the first visit, with a pasted address and after the
        button Back. From the menu one comes with an empty link, and back to what was said before.
        """
        bar = {name: value for name, value in st.query_params.items() if name in self._parameters}
        said: dict[str, str] | None = st.session_state.get(self._said)
        stayed = st.session_state.get(_ON_SCREEN) == self._name
        if not self._everywhere:
            st.session_state[_ON_SCREEN] = self._name
        is_new = said is None or (bar != said and bool(bar or stayed) and not self._was_left(bar))
        if is_new:
            st.session_state[self._said] = bar
            st.session_state[self._notices] = []
        self._write()
        return is_new

    def all_said(self) -> dict[str, str]:
        """What the link says, by parameter."""
        said: dict[str, str] = st.session_state[self._said]
        return dict(said)

    def said(self, name: str) -> str:
        """What the link says of ``name``; empty where it says nothing."""
        return self.all_said().get(name, "")

    def say(self, link: Mapping[str, str]) -> None:
        """Let the link say ``link`` and nothing else of this page's."""
        said = self.all_said()
        if said != link:
            self._leave(said)
            st.session_state[self._said] = dict(link)
        self._write()

    def report(self, sentence: str) -> None:
        """Tell with the others that something in the link could not be had."""
        st.session_state[self._notices].append(sentence)

    def notices(self) -> list[str]:
        """What in the link could not be had, one sentence each."""
        return [*st.session_state.get(self._notices, []), *unknown(self._parameters)]

    def _write(self) -> None:
        said = self.all_said()
        for name in self._parameters:
            if name not in said and name in st.query_params:
                del st.query_params[name]
        changed = {name: text for name, text in said.items() if st.query_params.get(name) != text}
        if changed:
            st.query_params.update(changed)

    def _leave(self, link: Mapping[str, str]) -> None:
        """``link`` is going to be another one; requests that still say so may be on their way."""
        left: dict[frozenset[tuple[str, str]], float] = st.session_state.setdefault(self._left, {})
        for old in [old for old, since in left.items() if monotonic() - since > _ON_ITS_WAY_S]:
            del left[old]
        left[frozenset(link.items())] = monotonic()

    def _was_left(self, link: Mapping[str, str]) -> bool:
        since = st.session_state.get(self._left, {}).get(frozenset(link.items()))
        return since is not None and monotonic() - since <= _ON_ITS_WAY_S
