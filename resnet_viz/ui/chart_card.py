"""A chart as every page shows it: title, how to read it and more behind "?", its numbers, downloads."""

import csv
import io
from collections.abc import Callable
from html import escape
from typing import NamedTuple

import streamlit as st

from resnet_viz.figures.figure import Figure
from resnet_viz.figures.tables import Columns
from resnet_viz.locale import gettext as _
from resnet_viz.ui.live_chart import live_chart
from resnet_viz.ui.table import table_html
from resnet_viz.wording import number

MOST_ROWS_SHOWN = 200


class Live(NamedTuple):
    """How a card follows what moves.

    Attributes:
        chart: the token of the chart.
        words: that of what it shows in words.
        put: shows HTML made of the figure, which follows.
        now: the figure as it stands when this is called.
    """

    chart: str
    words: str
    put: Callable[[Callable[[Figure], str]], None]
    now: Callable[[], Figure]


def show(
    figure: Figure,
    *,
    key: str,
    filename: str,
    height_px: int = 380,
    narrow_px: int | None = None,
    live: Live | None = None,
) -> None:
    """Put the figure on the page; ``key`` names it in the session, ``filename`` its downloads.

    ``narrow_px``: its height in the narrow layout. ``live``: how it goes on from here.
    """
    with st.container(border=True, key=f"card_{key}", height="stretch"):
        live_chart(
            figure.json,
            key=f"chart_{key}",
            title=figure.title,
            how_to_read=figure.how_to_read,
            more=figure.more,
            alt=figure.words,
            filename=filename,
            height_px=height_px,
            narrow_px=narrow_px,
            live=None if live is None else (live.chart, live.words),
        )
        numbers(figure, key=key, filename=filename, live=live)


def numbers(
    figure: Figure, *, key: str, filename: str, label: str | None = None, live: Live | None = None
) -> None:
    """The numbers behind the figure, folded away until asked for; ``label`` says which."""
    text = _("The numbers")
    opened = st.expander(
        text if label is None else _("{title}: {detail}").format(title=text, detail=label),
        icon=":material/table_rows:",
        type="compact",
        key=f"numbers_{key}",
        on_change="rerun",
    )
    if opened.open:
        with opened:
            _show_numbers(figure, key, filename, live)


def csv_of(columns: Columns) -> bytes:
    """The table as CSV (UTF-8 with a mark that spreadsheets know); empty cells where a value is missing."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*columns.values(), strict=True):
        writer.writerow(["" if value != value else value for value in row])
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)


def _table_html(figure: Figure) -> str:
    """The rows next to the end that matters, and how many there are."""
    columns = figure.table()
    rows = len(next(iter(columns.values()), ()))
    part = slice(MOST_ROWS_SHOWN) if figure.best_first else slice(-MOST_ROWS_SHOWN, None)
    shown = [values[part].tolist() for values in columns.values()]
    cells = ([_cell(value) for value in row] for row in zip(*shown, strict=True))
    html = table_html(list(columns), cells, caption=figure.title)
    if rows <= MOST_ROWS_SHOWN:
        return html
    first, last = (
        _("The first {shown} of {rows} rows are shown."),
        _("The last {shown} of {rows} rows are shown."),
    )
    text = (first if figure.best_first else last).format(shown=MOST_ROWS_SHOWN, rows=rows)
    return f'{html}<p class="fine">{escape(text)}</p>'


def _show_numbers(figure: Figure, key: str, filename: str, live: Live | None) -> None:
    if live is None:
        st.html(_table_html(figure))
    else:
        live.put(_table_html)
    st.download_button(
        _("All rows as CSV"),
        data=lambda: csv_of((figure if live is None else live.now()).table()),
        file_name=f"{filename}-all.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"csv_{key}",
    )
