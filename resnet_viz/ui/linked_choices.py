"""A page's choices in its link: read where it says something new, written where they differ from the default.

They are kept while one visits other pages, and each is made by a widget that begins with what the link says.
What a link asks for and cannot be had falls back to the default and is reported.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import streamlit as st

from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.link import Link, say_again
from resnet_viz.ui.translated import key_in_language

T = TypeVar("T")

_LONGEST_SHOWN: Final = 40


class LinkedChoices(Link):
    """A link whose parameters are choices, each with a widget of its own."""

    def take_over(self) -> None:
        """Follow the link where it says something else than this page wrote; before any widget."""
        language = f"link_{self._name}_language"
        if self.arrived() or st.session_state.get(language) != current_language():
            st.session_state[language] = current_language()
            for name in self._parameters:
                st.session_state.pop(self.widget_key(name), None)

    def widget_key(self, name: str) -> str:
        """The session key of the widget for ``name``; in another language it begins from the link."""
        return key_in_language(f"{self._name}_{name}")

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
            unknown = ",".join(text for text in wanted if text not in options)
            if unknown:
                sentence = _("The link asks for {name}={value}, which there is not here; it is ignored.")
                self.report(sentence.format(name=name, value=unknown[:_LONGEST_SHOWN]))
        say_again(key)
        widget(key)
        chosen: list[str] = st.session_state[key]
        self.remember(name, ",".join(chosen), "")
        return chosen

    def write_text(self, name: str, widget: Callable[[str], object]) -> str:
        """Any text, by default none."""
        key = self.widget_key(name)
        st.session_state.setdefault(key, self.said(name))
        say_again(key)
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
        link = self.all_said()
        if value == default:
            link.pop(name, None)
        else:
            link[name] = str(value)
        self.say(link)

    def _settled(self, name: str, options: Sequence[T], default: T) -> str:
        """The key of the widget for ``name``, whose value is one of ``options``, or ``default``."""
        key = self.widget_key(name)
        if key in st.session_state:
            say_again(key)
            if st.session_state[key] not in options:
                st.session_state[key] = default
            return key
        value = default
        if name in self.all_said():
            wanted = self.said(name)
            found = [option for option in options if str(option) == wanted]
            if found:
                value = found[0]
            else:
                sentence = _("The link asks for {name}={value}, which there is not here; {fallback} is used.")
                self.report(sentence.format(name=name, value=wanted[:_LONGEST_SHOWN], fallback=default))
        st.session_state[key] = value
        return key
