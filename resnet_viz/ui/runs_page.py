"""The Runs page: find, choose, and then compare, label, take away or delete."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunPage, RunQuery, RunRecord
from resnet_viz.ui import language, server, style
from resnet_viz.ui.runs_actions import runs_actions, undo_bar
from resnet_viz.ui.runs_compare import MOST_COMPARED, compare
from resnet_viz.ui.runs_files import export_runs, import_files
from resnet_viz.ui.runs_filter import runs_filter, show_group
from resnet_viz.ui.runs_rows import BUNDLED, bundled_rows, columns, row_of
from resnet_viz.ui.runs_state import (
    PAGE_ROWS,
    TABLE,
    choose,
    chosen,
    chosen_in_history,
    on_page,
    page,
    sorting,
    took_choice,
    took_order,
    turn_to,
    version,
)
from resnet_viz.ui.runs_storage import storage
from resnet_viz.ui.runs_table import runs_table

_REFRESH_S: Final = 2.0
_RACE_PAGE: Final = "../../pages/race.py"


def runs_page() -> None:
    """Everything on the page."""
    style.apply()
    st.title(_("Runs"), anchor=False)
    st.markdown(
        _("Everything that was trained here, and what came with the app. Choose rows to do something.")
    )
    query = runs_filter()
    undo_bar()
    _table(query)
    runs = _chosen_runs()
    bundled = [run_id for run_id in chosen() if run_id.startswith(BUNDLED)]
    if runs or bundled:
        _chosen(runs, bundled)
    with st.expander(_("Import a run"), icon=":material/upload_file:"):
        import_files()
    opened = st.expander(
        _("Disk space"), icon=":material/hard_drive:", key="runs_storage_open", on_change="rerun"
    )
    if opened.open:
        with opened:
            storage(runs)


def _table(query: RunQuery) -> None:
    found = server.store().library.find(on_page(query))
    if any(not run.state.is_finished() for run in found.rows):
        st.fragment(_moving_rows, run_every=_REFRESH_S)(query, _asked())
    else:
        _rows(query, found)


def _moving_rows(query: RunQuery, asked: tuple[object, ...]) -> None:
    """The table while runs in it train; what was pressed in it concerns the whole page."""
    language.use()
    found = server.store().library.find(on_page(query))
    if _asked() != asked or all(run.state.is_finished() for run in found.rows):
        st.rerun()
    _rows(query, found)


def _asked() -> tuple[object, ...]:
    return tuple(chosen()), sorting(), page()


def _rows(query: RunQuery, found: RunPage) -> None:
    # Bundled runs stand behind the last of the history.
    bundled = bundled_rows(query)
    first = page() * PAGE_ROWS
    start = max(0, first - found.total)
    rows = [row_of(run) for run in found.rows]
    rows += bundled[start : start + PAGE_ROWS - len(rows)]
    total = found.total + len(bundled)
    if not rows and page():
        turn_to(0)
        st.rerun()
    if not rows:
        st.info(_("No run fits. Change the filter, or start a race."), icon=":material/search_off:")
        return
    runs_table(
        columns(),
        rows,
        key=TABLE,
        caption=_("Runs"),
        sort=sorting(),
        chosen=chosen(),
        version=version(),
        on_chosen=took_choice,
        on_sorted=took_order,
    )
    _pages(first, len(rows), total)


def _pages(first: int, shown: int, total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="runs_pages"):
        text = _("{first}–{last} of {total}")
        st.caption(text.format(first=first + 1, last=first + shown, total=f"{total:,}"), width="content")
        for key, title, icon, target, possible in (
            ("previous", _("Previous page"), ":material/chevron_left:", page() - 1, page() > 0),
            ("next", _("Next page"), ":material/chevron_right:", page() + 1, first + shown < total),
        ):
            st.button(
                "",
                icon=icon,
                help=title,
                on_click=turn_to,
                args=(target,),
                disabled=not possible,
                key=f"runs_{key}",
            )


def _chosen_runs() -> list[RunRecord]:
    """The chosen runs of the history; those that are gone are forgotten."""
    store, runs = server.store(), []
    for run_id in chosen_in_history():
        try:
            run = store.run(run_id)
        except NotFound:
            continue
        if run.deleted_at is None:
            runs.append(run)
    return runs


def _chosen(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    count = len(runs) + len(bundled)
    with st.container(border=True, key="runs_chosen_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            text = ngettext("{count} run chosen", "{count} runs chosen", count)
            st.subheader(text.format(count=count), anchor=False, width="content")
            st.button(_("Choose none"), icon=":material/close:", on_click=choose, args=([],), key="runs_none")
            _group_links(runs)
        if runs:
            runs_actions(runs)
            export_runs(runs)
        if bundled:
            st.caption(
                _("Bundled recordings come with the app: they can be compared, not changed or deleted.")
            )
        if st.toggle(_("Compare in charts"), value=count <= MOST_COMPARED, key="runs_compare"):
            moving = any(not run.state.is_finished() for run in runs)
            st.fragment(_comparison, run_every=_REFRESH_S if moving else None)(runs, bundled)


def _comparison(runs: Sequence[RunRecord], bundled: Sequence[str]) -> None:
    language.use()
    compare(runs, bundled)


def _group_links(runs: Sequence[RunRecord]) -> None:
    groups = {run.group_id for run in runs}
    if len(groups) != 1:
        return
    group = server.store().group(groups.pop())
    st.button(
        _("Only its group"),
        icon=":material/filter_alt:",
        on_click=show_group,
        args=(group.id,),
        key="runs_only_group",
    )
    if group.kind == "race":
        st.page_link(
            _RACE_PAGE, label=_("Open the race"), icon=":material/flag:", query_params={"race": group.id}
        )
