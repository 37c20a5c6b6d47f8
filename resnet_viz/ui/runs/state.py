"""What the Runs page remembers of its tables: what is chosen, the order, the page."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.ui.runs.rows import BUNDLED
from resnet_viz.ui.runs.table import Sorting

PAGE_ROWS: Final = 50
_NEWEST_FIRST: Final = Sorting("created", True)
# What one looks for first: the newest, the best, the slowest; words from A to Z.
_RISING_FIRST: Final = frozenset({"name", "role", "kind", "depth", "dataset", "state", "train_loss"})


class TableState:
    """Of one table, called ``name`` in the session."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.table_key = f"{name}_table"
        self.chosen_key = f"{name}_chosen"
        self._version = f"{name}_chosen_version"
        self._sorting = f"{name}_sort"
        self._page = f"{name}_page"

    def chosen(self) -> list[str]:
        """Identifiers of the chosen rows, in the order they were chosen."""
        found: list[str] = st.session_state.get(self.chosen_key, [])
        return found

    def chosen_in_history(self) -> list[str]:
        """The chosen rows without bundled ones."""
        return [row for row in self.chosen() if not row.startswith(BUNDLED)]

    def choose(self, rows: Sequence[str]) -> None:
        """Choose these rows instead of others; the table follows."""
        st.session_state[self.chosen_key] = list(rows)
        st.session_state[self._version] = self.version() + 1

    def version(self) -> int:
        """Counts what was chosen elsewhere than in the table."""
        return int(st.session_state.get(self._version, 0))

    def sorting(self) -> Sorting:
        """The order of the table."""
        found: Sorting = st.session_state.get(self._sorting, _NEWEST_FIRST)
        return found

    def page(self) -> int:
        """Which page of the table is shown, from 0."""
        return int(st.session_state.get(self._page, 0))

    def first_row(self) -> int:
        """How many rows stand before that page."""
        return self.page() * PAGE_ROWS

    def turn_to(self, number: int) -> None:
        """Show another page."""
        st.session_state[self._page] = max(0, number)

    def took_choice(self) -> None:
        """Take over what was chosen in the table; a callback."""
        rows = st.session_state[self.table_key].chosen
        if isinstance(rows, list):
            st.session_state[self.chosen_key] = [str(row) for row in rows]

    def took_order(self, keys: Sequence[str]) -> None:
        """Sort by the heading that was pressed, one of ``keys``, the other way round the second time.

        A callback.
        """
        key = st.session_state[self.table_key].sorted
        if key in keys:
            before = self.sorting()
            descending = not before.descending if key == before.key else key not in _RISING_FIRST
            st.session_state[self._sorting] = Sorting(key, descending)
            self.turn_to(0)


RUNS: Final = TableState("runs")
GROUPS: Final = TableState("groups")


def back_to_first() -> None:
    """Show the first pages, as after a change of the filter."""
    RUNS.turn_to(0)
    GROUPS.turn_to(0)
