"""Buttons whose press is not lost where the script run that brings it breaks off before it comes to them.

Streamlit forgets a press with the run that brought it, and a run breaks off wherever something before the
button asks for another (``st.rerun``). Callbacks are called first of all, so the press is noted there.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, Final

import streamlit as st

_KEPT_S: Final = 10.0
"""Later, whoever pressed has gone elsewhere and would not know why something begins."""


def pressed(button: Callable[..., bool], label: str, *, key: str, **more: Any) -> bool:
    """Show a button; whether it was pressed, which is said once.

    Args:
        button: ``st.button`` or ``st.form_submit_button``, also of a container.
        key: of the button, in the session.
        more: for the button.
    """
    noted = _noted(key)
    button(label, key=key, on_click=_note, args=(noted,), **more)
    at: float = st.session_state.pop(noted, -_KEPT_S)
    return monotonic() - at < _KEPT_S


def waits(key: str) -> bool:
    """Whether a press of the button ``key`` has come that `pressed` has not said yet."""
    return _noted(key) in st.session_state


def _noted(key: str) -> str:
    return f"{key}_pressed_at"


def _note(noted: str) -> None:
    st.session_state[noted] = monotonic()
