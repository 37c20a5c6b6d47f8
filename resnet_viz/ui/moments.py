"""Dates and times as the reader's clock shows them; the server may be elsewhere."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def moment(unix_s: float) -> str:
    """Date and time in the browser's zone, or marked as UTC where the browser names none that exists."""
    return readers_clock()(unix_s)


def day(unix_s: float) -> str:
    """The date alone, likewise."""
    return moment(unix_s).split()[0]


def readers_clock() -> Callable[[float], str]:
    """`moment` for this reader, also outside of the script."""
    zone = _readers_zone()

    def told(unix_s: float) -> str:
        if zone is None:
            return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M} UTC"
        return f"{datetime.fromtimestamp(unix_s, zone):%Y-%m-%d %H:%M}"

    return told


def _readers_zone() -> tzinfo | None:
    name: object = st.context.timezone
    if not isinstance(name, str):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # all that a name from outside can lead to
        return None
