"""The Runs page: find, choose, and then compare, label, take away or delete, runs or whole groups."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.store import RunQuery
from resnet_viz.ui import address_bar
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.runs.bar import action_bar
from resnet_viz.ui.runs.compare import come_into_view, compared
from resnet_viz.ui.runs.filter import GROUPS_VIEW, LINK, runs_filter, runs_view
from resnet_viz.ui.runs.groups import chosen_groups, list_groups
from resnet_viz.ui.runs.importing import import_files
from resnet_viz.ui.runs.paged import Listed, paged_table
from resnet_viz.ui.runs.single import chosen_runs, list_runs
from resnet_viz.ui.runs.state import GROUPS, RUNS
from resnet_viz.ui.runs.storage import storage


def runs_page() -> None:
    """Everything on the page."""
    st.title(_("Runs"), anchor=False)
    st.markdown(
        _("All runs of this machine, and the bundled recordings. Select rows to compare, export or delete.")
    )
    LINK.take_over()
    remarks = st.container()
    with st.container(horizontal=True, vertical_alignment="center", key="runs_toolbar"):
        by_group = runs_view() == GROUPS_VIEW
        query = runs_filter()
    with remarks:
        address_bar.tell(LINK.notices())
    _table(list_groups if by_group else list_runs, query)
    selection = chosen_groups() if by_group else chosen_runs()
    compared(selection)
    with _opened(_("Import a run or weights"), ":material/upload_file:", "runs_import_open") as is_open:
        if is_open:
            import_files()
    with _opened(_("Disk space"), ":material/hard_drive:", "runs_storage_open") as is_open:
        if is_open:
            storage(selection.own if selection and not by_group else [])
    action_bar(selection)
    come_into_view()


@contextmanager
def _opened(title: str, icon: str, key: str) -> Iterator[bool]:
    """Whether this part is open; what is in it is made only then."""
    part = st.expander(title, icon=icon, key=key, on_change="rerun")
    with part:
        yield bool(part.open)


def _table(make: Callable[[RunQuery], Listed], query: RunQuery) -> None:
    """What ``make`` finds, brought up to date while something in it trains."""
    listed = make(query)
    if listed.moving:
        st.fragment(_moving_table)(make, query, _asked())
    else:
        paged_table(listed)


@in_readers_language
def _moving_table(make: Callable[[RunQuery], Listed], query: RunQuery, asked: tuple[object, ...]) -> None:
    """The table while runs in it train; what was pressed in it concerns the whole page."""
    listed = make(query)
    if _asked() != asked or not listed.moving:
        st.rerun()
    paged_table(listed)


def _asked() -> tuple[object, ...]:
    return tuple((tuple(state.chosen()), state.sorting(), state.page()) for state in (RUNS, GROUPS))
