"""Dates and times as the reader's clock shows them; the server may be elsewhere."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def moment(unix_s: float) -> str:
    """Date and time in the browser's zone, or marked as UTC where the browser names none that exists."""
    zone = _readers_zone()
    if zone is None:
        return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%d %H:%M} UTC"
    return f"{datetime.fromtimestamp(unix_s, zone):%Y-%m-%d %H:%M}"


def _readers_zone() -> tzinfo | None:
    name: object = st.context.timezone
    if not isinstance(name, str):
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # all that a name from outside can lead to
        return None
