"""Whose browser this is, and what it may change: what was started in it.

On the machine itself also what its command line started.
"""

from collections.abc import Iterable
from typing import Final

import streamlit as st

from resnet_viz.store import COMMAND_LINE, GroupSummary, RunRecord, RunSummary
from resnet_viz.ui.http import OWNER_COOKIE, is_identity, new_identity
from resnet_viz.ui.machine import SIGN

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


def may_change(run: RunRecord | RunSummary | GroupSummary) -> bool:
    """Whether the person at this browser may label, resume, stop and delete ``run``."""
    return run.owner == owner() or (run.owner == COMMAND_LINE and _at_the_machine())


def changeable(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Those of ``runs`` that the person at this browser may change."""
    return [run for run in runs if may_change(run)]


def _at_the_machine() -> bool:
    """Whether the browser runs on the server's own machine, with nothing in between; see `ui.machine`."""
    sign: object = st.context.headers.get(SIGN)  # Streamlit's test runner answers with a mock
    return sign == "yes"
