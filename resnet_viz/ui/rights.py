"""Who may change a run: whoever started it, and on the machine itself also what its command line started."""

from collections.abc import Iterable
from typing import Final

import streamlit as st

from resnet_viz.store import GroupSummary, RunRecord, RunSummary
from resnet_viz.ui.machine import SIGN
from resnet_viz.ui.owner import owner

COMMAND_LINE: Final = "cli"
"""The owner of runs started on the command line."""


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
