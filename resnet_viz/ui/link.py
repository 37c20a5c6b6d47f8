"""A page's choices in its link: read where it says something new, written where they differ from the default.

They are kept while one visits other pages, and each is made by a widget that begins with what the link says.
What a link asks for and cannot be had falls back to the default and is reported.
"""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Final, TypeVar

import streamlit as st

from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.address_bar import unknown
from resnet_viz.ui.translated import key_in_language

T = TypeVar("T")

_LONGEST_SHOWN: Final = 40
_ON_ITS_WAY_S: Final = 5.0
"""So long after a choice a request may arrive that does not know its link yet: from a page that refreshes
itself, or of somebody who has made the next choice already. What is older is the button Back."""


class Link:
    """The part of the link that one page writes.

    Args:
        name: tells its choices from those of other pages in the session.
        parameters: the names in the link.
    """

    def __init__(self, name: str, parameters: Sequence[str]) -> None:
        self.parameters = tuple(parameters)
        self._name = name
        self._kept = f"{name}_kept"
        self._left = f"{name}_left"
        self._notices = f"{name}_notices"
        self._language = f"{name}_language"

    def take_over(self) -> None:
        """Follow the link where it says something else than this page wrote; before any widget."""
        link = {name: value for name, value in st.query_params.items() if name in self.parameters}
        kept: dict[str, str] | None = st.session_state.get(self._kept)
        says_more = kept is None or bool(link and link != kept and not self._is_outdated(link))
        if says_more or st.session_state.get(self._language) != current_language():
            st.session_state[self._language] = current_language()
            for name in self.parameters:
                st.session_state.pop(self.widget_key(name), None)
        if says_more:
            st.session_state[self._kept] = link
            st.session_state[self._notices] = {}
        for name in self.parameters:
            _write(name, self.said(name) or None)

    def widget_key(self, name: str) -> str:
        """The session key of the widget for ``name``; in another language it begins from the link."""
        return key_in_language(f"{self._name}_{name}")

    def said(self, name: str) -> str:
        """What the link says of ``name``; empty where it says nothing."""
        kept: Mapping[str, str] = st.session_state[self._kept]
        return kept.get(name, "")

    def choose(
        self,
        name: str,
        options: Sequence[T],
        default: T,
        widget: Callable[[str], object],
        *,
        unsaid: T | None = None,
    ) -> T:
        """One of ``options``: what the person, else the link, else ``default`` says.

        Args:
            widget: makes the widget for the given session key, whose value is already set.
            unsaid: the value that the link need not name; by default ``default``.
        """
        key = self._settled(name, options, default)
        widget(key)
        value: T | None = st.session_state[key]
        if value is None:  # a control that was cleared
            value = default
        self.remember(name, value, default if unsaid is None else unsaid)
        return value

    def choose_several(self, name: str, options: Sequence[str], widget: Callable[[str], object]) -> list[str]:
        """Some of ``options``, by default none; in the link with commas between them."""
        key = self.widget_key(name)
        if key not in st.session_state:
            wanted = [text for text in self.said(name).split(",") if text]
            st.session_state[key] = [option for option in options if option in wanted]
            for text in wanted:
                if text not in options:
                    sentence = _("The link asks for {name}={value}, which there is not here; it is ignored.")
                    self._report(name, sentence, text)
        widget(key)
        chosen: list[str] = st.session_state[key]
        self.remember(name, ",".join(chosen), "")
        return chosen

    def write_text(self, name: str, widget: Callable[[str], object]) -> str:
        """Any text, by default none."""
        key = self.widget_key(name)
        st.session_state.setdefault(key, self.said(name))
        widget(key)
        text = str(st.session_state[key] or "")
        self.remember(name, text, "")
        return text

    def choose_now(self, name: str, value: object) -> None:
        """Make the widget for ``name`` show ``value``; for callbacks."""
        st.session_state[self.widget_key(name)] = value

    def recall(self, name: str, options: Sequence[T], default: T) -> T:
        """The choice ``name``, which no widget of Streamlit's makes."""
        value: T = st.session_state[self._settled(name, options, default)]
        self.remember(name, value, default)
        return value

    def remember(self, name: str, value: object, default: object) -> None:
        """Write ``value`` to the link, or take the choice out of it where it is the default."""
        kept: dict[str, str] = st.session_state[self._kept]
        text = None if value == default else str(value)
        if kept.get(name) != text:
            self._leave(kept)
            if text is None:
                del kept[name]
            else:
                kept[name] = text
        _write(name, text)

    def notices(self) -> list[str]:
        """What in the link could not be had, one sentence each."""
        return [*st.session_state.get(self._notices, {}).values(), *unknown(self.parameters)]

    def _settled(self, name: str, options: Sequence[T], default: T) -> str:
        """The key of the widget for ``name``, whose value is one of ``options``, or ``default``."""
        key = self.widget_key(name)
        if key in st.session_state:
            if st.session_state[key] not in options:
                st.session_state[key] = default
            return key
        value = default
        if name in st.session_state[self._kept]:
            wanted = self.said(name)
            found = [option for option in options if str(option) == wanted]
            if found:
                value = found[0]
            else:
                sentence = _("The link asks for {name}={value}, which there is not here; {fallback} is used.")
                self._report(name, sentence, wanted, fallback=default)
        st.session_state[key] = value
        return key

    def _report(self, name: str, sentence: str, wanted: str, **more: object) -> None:
        said = sentence.format(name=name, value=wanted[:_LONGEST_SHOWN], **more)
        st.session_state[self._notices][name] = said

    def _leave(self, link: Mapping[str, str]) -> None:
        """``link`` is going to be another one; requests that still say so may be on their way."""
        left: dict[frozenset[tuple[str, str]], float] = st.session_state.setdefault(self._left, {})
        for old in [old for old, since in left.items() if monotonic() - since > _ON_ITS_WAY_S]:
            del left[old]
        left[frozenset(link.items())] = monotonic()

    def _is_outdated(self, link: Mapping[str, str]) -> bool:
        since = st.session_state.get(self._left, {}).get(frozenset(link.items()))
        return since is not None and monotonic() - since <= _ON_ITS_WAY_S


def _write(name: str, text: str | None) -> None:
    """Let the link say ``text`` of ``name``, or nothing."""
    if text is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != text:
        st.query_params[name] = text
