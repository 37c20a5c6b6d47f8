"""What the history takes on disk, and how to get some of it back."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunRecord, RunSummary
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.moments import moment
from resnet_viz.ui.permissions import may_change
from resnet_viz.ui.runs.actions import restore, say
from resnet_viz.ui.runs.rows import run_name
from resnet_viz.wording import data_size

_DELETED_SHOWN: Final = 20
_PAGE: Final = "runs_deleted_page"


def storage(chosen: Sequence[RunRecord]) -> None:
    """Disk use, checkpoints to remove, deleted runs to bring back or remove for good."""
    library = server.store().library
    use = library.disk_use()
    for column, (title, count) in zip(
        st.columns(3),
        (
            (_("History (database)"), use.database_bytes),
            (_("Weights and checkpoints"), use.weights_bytes),
            (_("Deleted runs (included above)"), use.deleted_bytes),
        ),
        strict=True,
    ):
        column.metric(title, data_size(count))
    _checkpoints(chosen)
    _deleted()


def _checkpoints(chosen: Sequence[RunRecord]) -> None:
    if chosen:
        runs = [run.id for run in chosen if may_change(run) and run.state.is_finished()]
        which = ngettext("{count} selected run", "{count} selected runs", len(runs)).format(count=len(runs))
    else:
        listed = server.store().library.find(RunQuery(sort="weights")).rows
        runs = [run.id for run in listed if run.weights_bytes and run.state.is_finished() and may_change(run)]
        which = ngettext("{count} run with weights", "{count} runs with weights", len(runs)).format(
            count=len(runs)
        )
    text = _(
        "Delete the checkpoints of {which}. Curves and results are kept; the weights cannot be restored."
    )
    st.markdown(text.format(which=which))
    with st.container(horizontal=True):
        for key, title, but_last in (
            ("but_last", _("Keep the last one of each run"), True),
            ("all", _("Delete all"), False),
        ):
            with st.popover(title, disabled=not runs, key=f"runs_clean_{key}"):
                st.markdown(_("This cannot be undone."))
                st.button(
                    title,
                    type="primary",
                    on_click=_remove_weights,
                    args=(runs, but_last),
                    key=f"runs_clean_{key}_go",
                )


@in_readers_language
def _remove_weights(run_ids: Sequence[str], but_last: bool) -> None:
    try:
        freed = server.store().library.remove_weights(run_ids, but_last=but_last)
    except ResnetVizError as error:
        say(str(error))
    else:
        said = (
            _("{size} were freed.").format(size=data_size(freed))
            if freed
            else _("There was nothing to delete.")
        )
        st.toast(said, icon=":material/delete_sweep:")


def _deleted() -> None:
    """A page of the deleted runs that this person may bring back; what is done concerns that page alone."""
    found = server.store().library.find(RunQuery(deleted=True, pinned_first=False)).rows
    mine = [run for run in found if may_change(run)]
    if not mine:
        return
    pages = -(-len(mine) // _DELETED_SHOWN)
    page = min(int(st.session_state.get(_PAGE, 0)), pages - 1)
    shown = mine[page * _DELETED_SHOWN :][:_DELETED_SHOWN]
    st.markdown(_("Deleted runs: {count}").format(count=len(mine)))
    for run in shown:
        _deleted_run(run)
    ids = [run.id for run in shown]
    with st.container(horizontal=True, vertical_alignment="center"):
        if pages > 1:
            _turn_pages(page, pages)
        if len(ids) > 1:
            st.button(
                _("Restore these {count}").format(count=len(ids)),
                icon=":material/restore_from_trash:",
                on_click=restore,
                args=(ids,),
                key="runs_deleted_restore",
            )
        with st.popover(_("Delete these permanently"), key="runs_purge"):
            text = ngettext(
                "{count} run will be deleted permanently. This cannot be undone.",
                "{count} runs will be deleted permanently. This cannot be undone.",
                len(ids),
            )
            st.markdown(text.format(count=len(ids)))
            st.button(
                _("Delete permanently"), type="primary", on_click=_purge, args=(ids,), key="runs_purge_go"
            )


def _turn_pages(page: int, pages: int) -> None:
    for key, title, icon, to in (
        ("back", _("Previous page"), ":material/chevron_left:", page - 1),
        ("next", _("Next page"), ":material/chevron_right:", page + 1),
    ):
        st.button(
            title,
            icon=icon,
            on_click=_turn_to,
            args=(to,),
            disabled=not 0 <= to < pages,
            key=f"runs_deleted_{key}",
        )
    st.caption(_("Page {page} of {pages}").format(page=page + 1, pages=pages), width="content")


def _turn_to(page: int) -> None:
    st.session_state[_PAGE] = page


@in_readers_language
def _purge(run_ids: Sequence[str]) -> None:
    """Remove these runs and no others: somebody may have deleted more since the page was drawn."""
    try:
        server.store().library.purge(only=run_ids)
    except ResnetVizError as error:
        say(str(error))


def _deleted_run(run: RunSummary) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            _("Restore"),
            icon=":material/restore_from_trash:",
            on_click=restore,
            args=([run.id],),
            key=f"runs_restore_{run.id}",
        )
        told = (run_name(run.role, run.depth, run.seed), moment(run.created_at), data_size(run.weights_bytes))
        st.caption(" · ".join(told), width="content")
