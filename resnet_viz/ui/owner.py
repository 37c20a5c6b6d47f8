"""Whose browser this is: only the one that started a run controls it."""

from typing import Final

import streamlit as st

from resnet_viz.ui.http import OWNER_COOKIE, is_identity, new_identity

LOCAL: Final = "local"
"""Who is asking where there is no browser: tests."""

_OF_THIS_TAB: Final = "owner_of_this_tab"


def owner() -> str:
    """The identity in this browser's cookie; where it keeps none, one for as long as the tab is open."""
    # Streamlit's test runner answers with a mock.
    cookie: object = st.context.cookies.get(OWNER_COOKIE, "")
    if not isinstance(cookie, str):
        return LOCAL
    if is_identity(cookie):
        return cookie
    identity: str = st.session_state.setdefault(_OF_THIS_TAB, new_identity())
    return identity
