"""The Runs page: find, choose, and then compare, label, take away or delete, runs or whole groups."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunRecord
from resnet_viz.store.listing import SortKey
from resnet_viz.ui import address_bar, labels, server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.runs.actions import runs_actions, undo_bar
from resnet_viz.ui.runs.compare import compared
from resnet_viz.ui.runs.files import export_runs
from resnet_viz.ui.runs.filter import (
    GROUPS_VIEW,
    LINK,
    runs_filter,
    runs_view,
    show_groups,
    show_runs_of,
)
from resnet_viz.ui.runs.groups import chosen_groups, list_groups
from resnet_viz.ui.runs.importing import import_files
from resnet_viz.ui.runs.paged import Found, Listed, following, paged_table
from resnet_viz.ui.runs.rows import BUNDLED, bundled_rows, columns, row_of
from resnet_viz.ui.runs.state import GROUPS, PAGE_ROWS, RUNS
from resnet_viz.ui.runs.storage import storage

_SORT_KEYS: Final[dict[str, SortKey]] = {key: key for key in get_args(SortKey)}


def runs_page() -> None:
    """Everything on the page."""
    st.title(_("Runs"), anchor=False)
    st.markdown(
        _("All runs of this machine, and the bundled recordings. Select rows to compare, export or delete.")
    )
    LINK.take_over()
    remarks = st.container()
    view = runs_view()
    query = runs_filter()
    with remarks:
        address_bar.tell(LINK.notices())
    undo_bar()
    _table(list_groups if view == GROUPS_VIEW else _list_runs, query)
    chosen: list[RunRecord] = []
    if view == GROUPS_VIEW:
        chosen_groups()
    else:
        chosen = _chosen_runs()
        _chosen(chosen, [run_id for run_id in RUNS.chosen() if run_id.startswith(BUNDLED)])
    with _opened(_("Import a run or weights"), ":material/upload_file:", "runs_import_open") as is_open:
        if is_open:
            import_files()
    with _opened(_("Disk space"), ":material/hard_drive:", "runs_storage_open") as is_open:
        if is_open:
            storage(chosen)


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


def _list_runs(query: RunQuery) -> Listed:
    """The runs that fit; bundled ones stand behind the last of the history."""
    order = RUNS.sorting()
    library, query_here = server.store().library, query
    query = replace(
        query,
        sort=_SORT_KEYS.get(order.key, "created"),
        descending=order.descending,
        limit=PAGE_ROWS,
        offset=RUNS.first_row(),
    )
    found = library.find(query)
    bundled = bundled_rows(query_here)
    start = max(0, RUNS.first_row() - found.total)
    return Listed(
        RUNS,
        columns(),
        [*map(row_of, found.rows), *bundled[start : start + PAGE_ROWS - len(found.rows)]],
        found.total + len(bundled),
        caption=_("Runs"),
        nothing=_("No matching runs. Change the filter, or start a race."),
        on_sorted=_took_order,
        moving=following(
            RUNS,
            Found(query, lambda: library.find(query).rows),
            found.rows,
            lambda run: (run.state,),
            row_of,
        ),
        note=_(labels.OLD_ACCURACY) if any(labels.is_old(run.test_statistics) for run in found.rows) else "",
    )


@in_readers_language
def _took_order() -> None:
    RUNS.took_order(tuple(_SORT_KEYS))


def _chosen_runs() -> list[RunRecord]:
    """The chosen runs of the history; those that are gone are forgotten."""
    store, runs = server.store(), []
    for run_id in RUNS.chosen_in_history():
        try:
            run = store.run(run_id)
        except NotFound:
            continue
        if run.deleted_at is None:
            runs.append(run)
    return runs


def _chosen(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    count = len(runs) + len(bundled)
    if not count:
        return
    with st.container(border=True, key="runs_chosen_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            text = ngettext("{count} run selected", "{count} runs selected", count)
            st.subheader(text.format(count=count), anchor=False, width="content")
            st.button(
                _("Clear selection"),
                icon=":material/close:",
                on_click=RUNS.choose,
                args=([],),
                key="runs_none",
            )
            _group_links({run.group_id for run in runs})
        if runs:
            runs_actions(runs)
            export_runs(runs)
        if bundled:
            st.caption(_("Bundled recordings can be compared, but not changed or deleted."))
        compared(runs, bundled, key="runs_compare")


def _group_links(group_ids: set[str]) -> None:
    if len(group_ids) != 1:
        return
    (group_id,) = group_ids
    for key, title, icon, show in (
        ("runs_only_group", _("Only its group"), ":material/filter_alt:", show_runs_of),
        ("runs_its_group", _("Show its group"), ":material/stacks:", show_groups),
    ):
        st.button(title, icon=icon, on_click=show, args=(group_id,), key=key)
