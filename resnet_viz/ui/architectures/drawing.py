"""A network's drawing on the page: one walks through it with the mouse or with the keys."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.architecture import svg
from resnet_viz.locale import gettext as _
from resnet_viz.ui.component import component
from resnet_viz.ui.language import in_readers_language

_HERE: Final = Path(__file__).parent
_HTML: Final = """
<section class="architecture">
  <div class="architecture-drawing" role="listbox" tabindex="0"></div>
  <p class="architecture-terms"></p>
  <div class="architecture-facts" aria-live="polite"></div>
</section>
"""


def show_drawing(
    drawn: Sequence[str],
    *,
    key: str,
    label: str,
    facts: Mapping[str, str],
    terms: str,
    on_open: Callable[[str], None],
    on_close: Callable[[], None],
) -> None:
    """Show the columns of `architecture.svg.draw`, and the facts of the row that is chosen.

    Args:
        label: what is drawn, in words.
        facts: HTML, by the row's name.
        terms: HTML below the drawing, in which buttons name rows.
        on_open: told a row's name when Enter was pressed or it was double-clicked.
        on_close: told when Backspace was pressed.
    """

    @in_readers_language
    def opened() -> None:
        on_open(st.session_state[key].opened)

    @in_readers_language
    def closed() -> None:
        on_close()

    words = {
        "label": label,
        "drawn": "".join(drawn),
        "facts": dict(facts),
        "terms": terms,
        "hint": _(
            "Choose a part: click it, or walk with the arrow keys. Enter opens it, Backspace closes it."
        ),
    }
    files = (svg.STYLE_FILE, _HERE / "drawing.css", _HERE / "drawing.js")
    show = component("architecture", *files, html=_HTML)
    show(key=key, data=json.dumps(words).encode(), on_opened_change=opened, on_closed_change=closed)
