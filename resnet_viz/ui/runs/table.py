"""A table of runs: rows to choose, columns that sort. Only the page that is shown is in it.

Streamlit's own tables with selection load pandas into the server (see `ui.table`).
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from resnet_viz.figures.families import role_looks
from resnet_viz.locale import gettext as _
from resnet_viz.ui.component import component
from resnet_viz.ui.live_chart import LIVE_PARTS

_HERE: Final = Path(__file__).parent
_HTML: Final = '<div class="runs-table" tabindex="0" role="region"></div>'


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; ``sorts`` is the key it sorts by, if any, the flags say how its cells look."""

    title: str
    sorts: str = ""
    number: bool = False
    state: bool = False
    role: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One run: texts in the order of the columns; ``label`` names it for those who do not see it."""

    id: str
    label: str
    role: str
    state: str
    cells: tuple[str, ...]


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
