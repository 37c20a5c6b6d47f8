"""One page of a table and the way to the others."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.ui.runs.state import TableState
from resnet_viz.ui.runs.table import Column, Row, runs_table


class Listed(NamedTuple):
    """What a table shows: the rows of the page in ``state``, of ``total``.

    ``nothing`` is said where there are none; ``moves`` says whether a run among them trains;
    ``note`` stands below.
    """

    state: TableState
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int
    caption: str
    nothing: str
    on_sorted: Callable[[], None]
    moves: bool
    note: str = ""


def paged_table(listed: Listed) -> None:
    """Show the table and how to turn its pages."""
    state = listed.state
    if not listed.rows and state.page():
        state.turn_to(0)
        st.rerun()
    if not listed.rows:
        st.info(listed.nothing, icon=":material/search_off:")
        return
    runs_table(
        listed.columns,
        listed.rows,
        key=state.table_key,
        caption=listed.caption,
        sort=state.sorting(),
        chosen=state.chosen(),
        version=state.version(),
        on_chosen=state.took_choice,
        on_sorted=listed.on_sorted,
    )
    if listed.note:
        st.caption(listed.note)
    _turn(state, len(listed.rows), listed.total)


def _turn(state: TableState, shown: int, total: int) -> None:
    first = state.first_row()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{state.name}_pages"):
        text = _("{first}–{last} of {total}")
        st.caption(text.format(first=first + 1, last=first + shown, total=f"{total:,}"), width="content")
        if total <= shown:
            return
        page = state.page()
        for key, title, icon, target, possible in (
            ("previous", _("Previous page"), ":material/chevron_left:", page - 1, page > 0),
            ("next", _("Next page"), ":material/chevron_right:", page + 1, first + shown < total),
        ):
            st.button(
                "",
                icon=icon,
                help=title,
                on_click=state.turn_to,
                args=(target,),
                disabled=not possible,
                key=f"{state.name}_{key}",
            )
