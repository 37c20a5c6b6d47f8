"""A plain table of text.

Streamlit's own tables load pandas and pyarrow into the server, more memory
than everything else in it together; a few hundred rows do not need them.
"""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str) -> None:
    """Show ``rows`` under ``headings``; ``caption`` names the table for those who do not see it."""
    st.html(table_html(headings, rows, caption=caption))


def table_html(headings: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str) -> str:
    """What `table` shows."""
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="plain-table" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
