"""One page of a table and the way to the others."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupSummary, RunSummary
from resnet_viz.ui import server
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.moments import readers_clock
from resnet_viz.ui.runs.state import PAGE_ROWS, TableState
from resnet_viz.ui.runs.table import Column, Row, rows_json, runs_table

ROWS: Final = "rows"


S = TypeVar("S", bound=RunSummary | GroupSummary)


class Listed(NamedTuple):
    """What a table shows: the rows of the page in ``state``, of ``total``.

    ``counted`` says that number where one page shows all, ``nothing`` that there are none; ``moving``
    follows the rows while a run among them trains, None where none does; ``note`` stands below.
    """

    state: TableState
    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int
    counted: str
    caption: str
    nothing: str
    on_sorted: Callable[[], None]
    moving: Following[Any] | None
    note: str = ""


class Found(Generic[S]):
    """The rows of a page of a table, to be followed; ``query`` tells them from those of other pages."""

    def __init__(self, query: object, find: Callable[[], Sequence[S]]) -> None:
        self._query = repr(query)
        self._find = find

    @property
    def key(self) -> Hashable:
        return server.store().home, self._query

    def read(self) -> Sequence[S]:
        """The rows as they stand now; raises `StoreUnavailable`."""
        return self._find()


def page_of(
    state: TableState, own: Sequence[Row], total: int, bundled: Sequence[Row]
) -> tuple[Sequence[Row], int]:
    """The rows of the page in ``state``, and how many all pages have.

    ``own``: those of the history on that page, of ``total``; ``bundled`` ones stand behind the last of them.
    """
    start = max(0, state.first_row() - total)
    return [*own, *bundled[start : start + PAGE_ROWS - len(own)]], total + len(bundled)


def following(
    state: TableState,
    found: Found[S],
    rows: Sequence[S],
    states_of: Callable[[S], Iterable[RunState]],
    row_of: Callable[[S, Callable[[float], str]], Row],
) -> Following[Sequence[S]] | None:
    """Follow ``rows`` while something in them moves."""
    clock = readers_clock()

    def stamp(rows: Sequence[S]) -> str:
        return repr([(row.id, sorted(states_of(row))) for row in rows])

    if all(one.is_finished() for row in rows for one in states_of(row)):
        return None
    made = Following(found, rows, stamp, key=state.table_key, moving=True)
    made.data(ROWS, lambda rows: rows_json([row_of(row, clock) for row in rows]), clock(0.0))
    return made


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
        live=listed.moving.token(ROWS) if listed.moving else None,
    )
    if listed.moving:
        listed.moving.begin()
    if listed.note:
        st.caption(listed.note)
    _turn(listed)


def _turn(listed: Listed) -> None:
    state, shown, total = listed.state, len(listed.rows), listed.total
    if total <= shown:
        st.caption(listed.counted.format(count=total))
        return
    first, page = state.first_row(), state.page()
    with st.container(horizontal=True, vertical_alignment="center", key=f"{state.name}_pages"):
        text = _("{first}–{last} of {total}")
        st.caption(text.format(first=first + 1, last=first + shown, total=f"{total:,}"), width="content")
        for key, title, icon, target, possible in (
            ("previous", _("Previous page"), ":material/chevron_left:", page - 1, page > 0),
            ("next", _("Next page"), ":material/chevron_right:", page + 1, first + shown < total),
        ):
            st.button(
                title,
                icon=icon,
                on_click=state.turn_to,
                args=(target,),
                disabled=not possible,
                key=f"{state.name}_{key}",
            )
