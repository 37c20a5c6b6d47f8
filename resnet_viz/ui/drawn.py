"""Figures that a page shows again and again: drawn anew only when there is something new to draw."""

from collections.abc import Callable, Hashable
from typing import Final

import streamlit as st

from resnet_viz.figures.figure import Figure
from resnet_viz.locale import current_language
from resnet_viz.ui import chart_card

_DRAWN: Final = "drawn_figures"


def show_drawn(
    draw: Callable[[], Figure],
    seen: Hashable,
    *,
    key: str,
    filename: str,
    height_px: int,
    narrow_px: int | None = None,
) -> None:
    """Show what ``draw`` makes, as it is kept from before while ``filename`` and ``seen`` are the same.

    ``seen`` differs whenever the figure could.
    """
    kept: dict[str, tuple[Hashable, Figure]] = st.session_state.setdefault(_DRAWN, {})
    wanted = (filename, current_language(), seen)
    if key not in kept or kept[key][0] != wanted:
        kept[key] = (wanted, draw())
    chart_card.show(kept[key][1], key=key, filename=filename, height_px=height_px, narrow_px=narrow_px)
