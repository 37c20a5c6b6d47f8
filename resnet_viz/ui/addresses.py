"""Where things are. The app may live below any address: one it is told, or one that only a proxy knows.

Hence two rules. The server answers below ``server.baseUrlPath`` (`below`). What the browser is told is
relative to the page it is on, which is right below any prefix, since all pages lie side by side.
"""

from importlib.metadata import version
from typing import Final
from urllib.parse import quote

import streamlit as st

PLOTLY: Final = f"assets/plotly-{version('plotly')}.min.js"
"""Plotly.js, seen from any page."""

NO_PAGE: Final = "no_page"
"""The parameter that tells the first page at which address there is none."""

HEALTH: Final = "_stcore/health"
"""Where Streamlit says that it is well."""

PROBED: Final = (HEALTH, "_stcore/host-config")
"""What a page of Streamlit's asks for below its own address first."""


def base_path() -> str:
    """Where the app was told to live: empty, or such as ``/lab/resnet``."""
    path = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{path}" if path else ""


def below(base: str, address: str) -> str:
    """The path at which the server, living at ``base``, answers what a page calls ``address``."""
    return f"{base}/{address}"


def from_here(path: str, query: str = "") -> str:
    """The page at ``path``, not encoded, with ``query``, which is, as seen from ``path`` itself."""
    # Not empty, and with a colon in it still no scheme.
    here = "./" + quote(path.rpartition("/")[2], safe=":")
    return f"{here}?{query}" if query else here
