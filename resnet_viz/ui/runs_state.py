"""What the Runs page remembers: which runs are chosen, the order, the page of the table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from resnet_viz.store import RunQuery
from resnet_viz.store.listing import SortKey
from resnet_viz.ui.runs_rows import BUNDLED
from resnet_viz.ui.runs_table import Sorting

PAGE_ROWS: Final = 50
TABLE: Final = "runs_table"
CHOSEN: Final = "runs_chosen"
_VERSION: Final = "runs_chosen_version"
_SORT: Final = "runs_sort"
_PAGE: Final = "runs_page"
_NEWEST_FIRST: Final = Sorting("created", True)
_SORT_KEYS: Final[dict[str, SortKey]] = {key: key for key in get_args(SortKey)}
# What one looks for first: the newest, the best, the slowest; words from A to Z.
_RISING_FIRST: Final = frozenset({"name", "role", "depth", "dataset", "state", "train_loss"})


def chosen() -> list[str]:
    """Identifiers of the chosen runs, in the order they were chosen."""
    found: list[str] = st.session_state.get(CHOSEN, [])
    return found


def chosen_in_history() -> list[str]:
    """The chosen runs without bundled ones."""
    return [run_id for run_id in chosen() if not run_id.startswith(BUNDLED)]


def choose(run_ids: Sequence[str]) -> None:
    """Choose these runs instead of others; the table follows."""
    st.session_state[CHOSEN] = list(run_ids)
    st.session_state[_VERSION] = version() + 1


def version() -> int:
    """Counts what was chosen elsewhere than in the table."""
    return int(st.session_state.get(_VERSION, 0))


def sorting() -> Sorting:
    """The order of the table."""
    found: Sorting = st.session_state.get(_SORT, _NEWEST_FIRST)
    return found


def on_page(query: RunQuery) -> RunQuery:
    """``query`` in the order and on the page of the table."""
    order = sorting()
    return replace(
        query,
        sort=_SORT_KEYS[order.key],
        descending=order.descending,
        limit=PAGE_ROWS,
        offset=page() * PAGE_ROWS,
    )


def page() -> int:
    """Which page of the table is shown, from 0."""
    return int(st.session_state.get(_PAGE, 0))


def turn_to(number: int) -> None:
    """Show another page."""
    st.session_state[_PAGE] = max(0, number)


def back_to_first() -> None:
    """Show the first page, as after a change of the filter."""
    turn_to(0)


def took_choice() -> None:
    """Take over what was chosen in the table; a callback."""
    run_ids = st.session_state[TABLE].chosen
    if isinstance(run_ids, list):
        st.session_state[CHOSEN] = [str(run_id) for run_id in run_ids]


def took_order() -> None:
    """Sort by the heading that was pressed, the other way round the second time; a callback."""
    key = st.session_state[TABLE].sorted
    if key in _SORT_KEYS:
        before = sorting()
        descending = not before.descending if key == before.key else key not in _RISING_FIRST
        st.session_state[_SORT] = Sorting(key, descending)
        back_to_first()
