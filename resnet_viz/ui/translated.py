"""Widgets whose options have texts in the reader's language.

A browser answers with the *text* of what is chosen, and Streamlit looks up the
value among the texts of the latest script run. Once the language has changed,
a widget that lives on answers with a text of the other language: callbacks get
the text for a value, and what was chosen is lost. So such a widget is another
one in each language (`key_in_language`), and the value stands in the session
under a key that no widget has (`choose`). Only that is read.
A new widget gets it as its default, in every script run: a value that one run
alone sets is lost where the next run begins before the browser has drawn, and
the browser then answers with nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from resnet_viz.locale import current_language
from resnet_viz.ui.language import in_readers_language

T = TypeVar("T")


def key_in_language(key: str) -> str:
    """The session key of a widget whose options are translated."""
    return f"{key}@{current_language()}"


def choose(
    widget: Callable[..., object],
    label: str,
    options: Sequence[T],
    text: Callable[[T], str],
    *,
    key: str,
    on_change: Callable[[], object] | None = None,
    **more: Any,
) -> Any:
    """Show a widget of Streamlit's; what is chosen, which stands in the session under ``key`` as well.

    Args:
        widget: ``st.selectbox``, ``st.pills`` and the like, also of a container.
        text: of an option, in the reader's language.
        key: says what the widget shows; by default the first option, or nothing where several can be chosen.
        on_change: called when the value has changed, in the reader's language.
        more: for the widget.
    """
    shown = key_in_language(key)
    if key in st.session_state:
        value = st.session_state[key]
        if shown in st.session_state and st.session_state[shown] != value:
            st.session_state[shown] = value
        elif widget.__name__ == "selectbox":
            more["index"] = list(options).index(value)
        elif widget.__name__ == "select_slider":
            more["value"] = value
        else:
            more["default"] = value
    chosen = widget(
        label, options, format_func=text, key=shown, on_change=_take, args=(key, shown, on_change), **more
    )
    st.session_state[key] = chosen
    return chosen


@in_readers_language
def _take(key: str, shown: str, on_change: Callable[[], object] | None) -> None:
    """Take what the browser says, where it is news.

    Just after the language has changed, the browser may say once more what the widgets of the old one show.
    Streamlit has forgotten those and takes that for a change of each.
    """
    chosen = st.session_state[shown]
    if chosen == st.session_state[key]:
        return
    st.session_state[key] = chosen
    if on_change is not None:
        on_change()
