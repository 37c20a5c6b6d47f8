"""The reader's language: what was settled for this script run, for fragments and callbacks too."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from resnet_viz.locale import set_language

P = ParamSpec("P")
T = TypeVar("T")

_IN_FORCE = "language_in_force"


def settle(language: str) -> None:
    """Use ``language`` in this script run, its fragments and its callbacks."""
    st.session_state[_IN_FORCE] = language
    set_language(language)


def in_readers_language(function: Callable[P, T]) -> Callable[P, T]:
    """``function`` in the language that was settled; every fragment and callback is made so.

    They run in threads of their own, where the context variable has its default again.
    """

    @wraps(function)
    def translated(*args: P.args, **kwargs: P.kwargs) -> T:
        set_language(st.session_state.get(_IN_FORCE, "en"))
        return function(*args, **kwargs)

    return translated
