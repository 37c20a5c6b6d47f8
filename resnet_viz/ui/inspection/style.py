"""The rules of style of the Inspect page."""

from pathlib import Path

import streamlit as st


def apply() -> None:
    """Add the rules of ``style.css`` to the page."""
    st.html(Path(__file__).with_name("style.css"))
