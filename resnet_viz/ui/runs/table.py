"""A table of runs: rows to choose, columns that sort. Only the page that is shown is in it.

Streamlit's own tables with selection load pandas into the server (see `ui.table`).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import orjson

from resnet_viz.figures.families import role_looks
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.ui.component import component
from resnet_viz.ui.live_chart import LIVE_PARTS

_HERE: Final = Path(__file__).parent
_HTML: Final = '<div class="runs-table" tabindex="0" role="region"></div>'
_WEEK_DAYS: Final = 7

Place = Literal["", "title", "note", "figure", "state", "time"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; a column in which all cells are empty is not shown.

    Attributes:
        sorts: the key it sorts by, if any.
        place: what the cells are to a row: its title, what is added to that, its result, its state, when it
            began. They look accordingly, and where the table is narrow a row is these, on two lines.
    """

    title: str
    sorts: str = ""
    number: bool = False
    place: Place = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One run: texts in the order of the columns; ``label`` names it for those who do not see it.

    ``at``: the moment in the column of time, in unix seconds, shown as "5 min ago" and its cell as the
    exact words for it; None where the cell is all that is known.
    """

    id: str
    label: str
    role: str
    state: str
    cells: tuple[str, ...]
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    """By which key, and which way."""

    key: str
    descending: bool


def runs_table(
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    key: str,
    caption: str,
    sort: Sorting,
    chosen: Sequence[str],
    version: int,
    live: str | None,
    on_chosen: Callable[[], None],
    on_sorted: Callable[[], None],
) -> None:
    """Show ``rows``; callbacks find ``chosen`` and ``sorted`` in the session under ``key``.

    The browser keeps what is chosen, so that fast clicks are not lost; ``chosen``
    replaces it when ``version`` is another than before. ``live``: the token of `rows_json` of the same rows.
    """
    words = {
        "caption": caption,
        "choose": _("Select"),
        "all": _("Select all on this page"),
        "sort": _("Sort by this column"),
        "now": _("just now"),
        "minutes": _("{count} min ago"),
        "hours": _("{count} h ago"),
        "days": [
            ngettext("{count} day ago", "{count} days ago", days).format(count=days)
            for days in range(_WEEK_DAYS)
        ],
    }
    message = {
        "columns": [asdict(column) for column in columns],
        "rows": [asdict(row) for row in rows],
        "edges": {role: f"4px {look.edge} {look.css}" for role, look in role_looks().items()},
        "sort": asdict(sort),
        "chosen": list(chosen),
        "version": version,
        "live": live,
        "words": words,
        "now": time.time(),  # the browser's clock may be wrong; how long ago this came, it knows
    }
    # As bytes: Streamlit would look for dataframes in anything else, with pandas.
    show = component("runs_table", _HERE / "table.css", LIVE_PARTS, _HERE / "table.js", html=_HTML)
    show(
        key=key,
        data=orjson.dumps(message),
        on_chosen_change=on_chosen,
        on_sorted_change=on_sorted,
    )


def rows_json(rows: Sequence[Row]) -> str:
    """``rows`` for the table that follows them."""
    return orjson.dumps([asdict(row) for row in rows]).decode()
