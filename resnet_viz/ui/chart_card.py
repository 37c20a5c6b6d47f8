"""A chart as every page shows it: title, how to read it and more behind "?", its numbers, downloads."""

import csv
import io

import streamlit as st

from resnet_viz.figures.figure import Figure
from resnet_viz.figures.tables import Columns
from resnet_viz.locale import gettext as _
from resnet_viz.ui.live_chart import live_chart
from resnet_viz.ui.table import table
from resnet_viz.wording import number

MOST_ROWS_SHOWN = 200


def show(
    figure: Figure,
    *,
    key: str,
    filename: str,
    height_px: int = 380,
    narrow_px: int | None = None,
    live: str | None = None,
) -> None:
    """Put the figure on the page; ``key`` names it in the session, ``filename`` its downloads.

    ``narrow_px``: its height in the narrow layout. ``live``: the token under which the browser follows it.
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
            live=live,
        )
        numbers(figure, key=key, filename=filename)


def numbers(figure: Figure, *, key: str, filename: str, label: str | None = None) -> None:
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
            _show_numbers(figure, key, filename)


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


def _show_numbers(figure: Figure, key: str, filename: str) -> None:
    columns = figure.table()
    rows = len(next(iter(columns.values()), ()))
    part = slice(MOST_ROWS_SHOWN) if figure.best_first else slice(-MOST_ROWS_SHOWN, None)
    shown = [values[part].tolist() for values in columns.values()]
    table(list(columns), ([_cell(v) for v in row] for row in zip(*shown, strict=True)), caption=figure.title)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("All rows as CSV"),
            data=lambda: csv_of(figure.table()),
            file_name=f"{filename}-all.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv_{key}",
        )
        if rows > MOST_ROWS_SHOWN:
            first, last = (
                _("The first {shown} of {rows} rows are shown."),
                _("The last {shown} of {rows} rows are shown."),
            )
            text = first if figure.best_first else last
            st.caption(text.format(shown=MOST_ROWS_SHOWN, rows=rows))
