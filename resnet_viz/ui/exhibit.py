"""A chart as every page shows it: title, how to read it and more behind "?", its numbers, downloads."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from resnet_viz.figures.tables import Columns
from resnet_viz.locale import gettext as _
from resnet_viz.ui.live_chart import live_chart
from resnet_viz.ui.table import table
from resnet_viz.wording import number

MOST_ROWS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Exhibit:
    """What is shown: texts in the reader's language, the chart as plotly's JSON, its numbers on demand."""

    title: str
    how_to_read: str
    alt: str
    chart_json: str
    table: Callable[[], Columns]
    narrow_px: int | None = None
    """The height of the chart's narrow layout, where it has one."""
    begins_with_best: bool = False
    """Whether the first rows of a long table are worth showing, and not the last."""
    more: str = ""
    """What does not fit into the one line of ``how_to_read``."""


def show(exhibit: Exhibit, *, key: str, filename: str, height_px: int = 380) -> None:
    """Put the exhibit on the page; ``key`` names it in the session, ``filename`` its downloads."""
    with st.container(border=True, key=f"exhibit_{key}", height="stretch"):
        live_chart(
            exhibit.chart_json,
            key=f"chart_{key}",
            title=exhibit.title,
            how_to_read=exhibit.how_to_read,
            more=exhibit.more,
            alt=exhibit.alt,
            filename=filename,
            height_px=height_px,
            narrow_px=exhibit.narrow_px,
        )
        numbers(exhibit, key=key, filename=filename)


def numbers(exhibit: Exhibit, *, key: str, filename: str, label: str | None = None) -> None:
    """The numbers behind the exhibit, folded away until asked for; ``label`` says which."""
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
            _show_numbers(exhibit, key, filename)


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


def _show_numbers(exhibit: Exhibit, key: str, filename: str) -> None:
    columns = exhibit.table()
    rows = len(next(iter(columns.values()), ()))
    part = slice(MOST_ROWS_SHOWN) if exhibit.begins_with_best else slice(-MOST_ROWS_SHOWN, None)
    shown = [values[part].tolist() for values in columns.values()]
    table(list(columns), ([_cell(v) for v in row] for row in zip(*shown, strict=True)), caption=exhibit.title)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("All rows as CSV"),
            data=lambda: csv_of(exhibit.table()),
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
            text = first if exhibit.begins_with_best else last
            st.caption(text.format(shown=MOST_ROWS_SHOWN, rows=rows))
