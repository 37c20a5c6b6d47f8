"""Whose browser this is: only the one that started a run controls it."""

import streamlit as st

from resnet_viz.ui.http import OWNER_COOKIE

LOCAL = "local"
"""Who is asking where there is no browser: scripts and tests."""


def owner() -> str:
    """The random identity in this browser's cookie."""
    # Streamlit's test runner answers with a mock.
    cookie: object = st.context.cookies.get(OWNER_COOKIE)
    return cookie if isinstance(cookie, str) else LOCAL
