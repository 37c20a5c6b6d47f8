"""The bar at the lower edge of the window: what can be done with the chosen runs, and what was just done.

It lies over the page, so that it is in reach wherever one has scrolled to, and nothing moves when it comes.
"""

from collections.abc import Callable

import streamlit as st

from resnet_viz.jobs.control import going
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.permissions import changeable
from resnet_viz.ui.runs import actions
from resnet_viz.ui.runs.compare import ask_to_compare
from resnet_viz.ui.runs.files import export_runs
from resnet_viz.ui.runs.selection import Selection


def action_bar(selection: Selection | None) -> None:
    """Show what was done or refused last, and the buttons for what is chosen; nothing where neither is."""
    refused, deleted = actions.take_refusal(), actions.deleted_just_now()
    if not (refused or deleted or selection):
        return
    with st.container(key="action_bar", gap="small"):
        if refused:
            st.error(refused, icon=":material/block:")
        if deleted:
            _undo(deleted)
        if selection:
            _chosen(selection)


def _undo(deleted: actions.Deleted) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_undo_bar"):
        st.markdown(deleted.told())
        st.button(
            _("Undo"),
            icon=":material/undo:",
            on_click=actions.restore,
            args=(deleted.run_ids,),
            key="runs_undo",
        )
        _close(_("Hide"), actions.forget_deletion, key="runs_undo_hide")


def _chosen(selection: Selection) -> None:
    prefix = selection.state.name
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{prefix}_bar"):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content", key=f"{prefix}_count"
        ):
            st.markdown(f"**{selection.title}**", width="content")
            _close(_("Clear"), _clear, selection, key=f"{prefix}_none")
        selection.opened()
        st.button(
            _("Compare"),
            icon=":material/stacked_line_chart:",
            on_click=ask_to_compare,
            key=f"{prefix}_compare",
        )
        with st.popover(
            _("Export"), icon=":material/download:", disabled=not selection.every, key=f"{prefix}_export"
        ):
            if selection.every:
                export_runs(selection.every)
        _delete(selection)
        with st.popover(_("More"), icon=":material/more_horiz:", key=f"{prefix}_more"):
            _more(selection)


def _close(title: str, action: Callable[..., None], *args: object, key: str) -> None:
    st.button(title, icon=":material/close:", type="tertiary", on_click=action, args=args, key=key)


def _clear(selection: Selection) -> None:
    selection.state.choose([])


def _delete(selection: Selection) -> None:
    mine = changeable(selection.own)
    active = any(not run.state.is_finished() for run in mine)
    st.button(
        _("Stop and delete") if active else _("Delete"),
        icon=":material/delete:",
        on_click=actions.delete,
        args=([run.id for run in mine], active),
        disabled=not mine,
        help=None if mine else _why_not(selection),
        key=f"{selection.state.name}_delete",
    )


def _why_not(selection: Selection) -> str:
    if selection.own:
        return _("Runs that were started in another browser can be seen and exported, but not changed.")
    return _("Bundled recordings can be compared, but not changed or deleted.")


def _more(selection: Selection) -> None:
    """The rest, each only where it can do something; and why some cannot."""
    mine = changeable(selection.own)
    resumable = [run for run in mine if run.state.is_resumable() and run.origin == "trained"]
    pinned = bool(mine) and all(run.pinned for run in mine)
    whole = list(selection.groups)
    for name, title, icon, action, able, more in (
        ("pin", _("Unpin") if pinned else _("Pin"), ":material/keep:", actions.pin, mine, (not pinned,)),
        ("stop", _("Stop"), ":material/stop:", actions.stop, going(server.store(), mine), ()),
        ("resume", _("Continue"), ":material/play_arrow:", actions.resume, resumable, ()),
        (
            "again",
            _("Run again with another seed"),
            ":material/casino:",
            actions.repeat,
            list(selection.own),
            (whole,),
        ),
    ):
        if ids := [run.id for run in able]:
            st.button(
                title,
                icon=icon,
                on_click=action,
                args=(ids, *more),
                width="stretch",
                key=f"{selection.state.name}_{name}",
            )
    if len(mine) < len(selection.own) or not selection.own:
        st.caption(_why_not(selection))
    if any(run.state.is_resumable() and run.origin == "imported" for run in mine):
        st.caption(
            _(
                "Imported runs cannot be continued, because files hold no state of training. They can "
                "be run again from the start, with another seed."
            )
        )
    selection.more()
