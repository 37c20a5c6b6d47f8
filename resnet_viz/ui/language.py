"""The reader's language: from the link, else what was chosen before, else the browser's."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from resnet_viz.locale import LANGUAGES, current_language, set_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.address_bar import LANGUAGE

P = ParamSpec("P")
T = TypeVar("T")

_CHOSEN = "language_chosen"
_IN_FORCE = "language_in_force"
_LEFT = "language_left"
_JUST_SWITCHED = "language_just_switched"
_SWITCH = "language_switch"


def choose() -> None:
    """Settle the language of this script run and keep an explicit choice in the link."""
    linked = st.query_params.get(LANGUAGE)
    if linked in LANGUAGES and not _is_outdated(linked):
        st.session_state[_CHOSEN] = linked
    chosen = st.session_state.get(_CHOSEN)
    if chosen is not None and linked != chosen:
        st.query_params[LANGUAGE] = chosen
    st.session_state[_IN_FORCE] = chosen or of_browser()
    _use()


def _is_outdated(linked: str) -> bool:
    """Whether ``linked`` is what was left by the switch, from a page that does not know its new link yet.

    A page that refreshes itself may have asked before it heard of it.
    """
    left = st.session_state.get(_LEFT)
    if left is None or st.session_state.pop(_JUST_SWITCHED, False):
        return False  # the link is the switch's own
    if linked != left:
        del st.session_state[_LEFT]
    return bool(linked == left)


def in_readers_language(function: Callable[P, T]) -> Callable[P, T]:
    """``function`` in the language settled by `choose`; every fragment and callback is made so.

    They run in threads of their own, where the context variable has its default again.
    """

    @wraps(function)
    def translated(*args: P.args, **kwargs: P.kwargs) -> T:
        _use()
        return function(*args, **kwargs)

    return translated


def _use() -> None:
    set_language(st.session_state.get(_IN_FORCE, "en"))


def switch() -> None:
    """The control that changes the language."""
    st.session_state[_SWITCH] = current_language()
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=_SWITCH,
        required=True,
        on_change=_switched,
        label_visibility="collapsed",
        width="stretch",
    )


def _switched() -> None:
    st.session_state[_LEFT] = st.session_state.get(_IN_FORCE)
    st.session_state[_JUST_SWITCHED] = True
    language = st.session_state[_SWITCH]
    st.session_state[_CHOSEN] = language
    st.query_params[LANGUAGE] = language


def of_browser() -> str:
    """What the browser prefers, of the languages there are."""
    locale = st.context.locale or "en"
    return "zh" if locale.lower().startswith("zh") else "en"
