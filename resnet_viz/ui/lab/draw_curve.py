"""A curve that the reader draws on empty axes: mouse, finger or keyboard."""

from pathlib import Path
from typing import Final

import orjson
import streamlit as st

from resnet_viz.lab.question import DRAWN_POINTS, Drawing
from resnet_viz.locale import gettext as _
from resnet_viz.ui.component import component

_HERE: Final = Path(__file__).parent
_TICKS: Final = 5


def draw_curve(asked: Drawing, *, key: str) -> list[float] | None:
    """Show the axes; heights at `DRAWN_POINTS` places from left to right, None where nothing is drawn."""
    scale, suffix = (100, "%") if asked.is_share else (1, "")
    heights = [asked.low + (asked.high - asked.low) * at / (_TICKS - 1) for at in range(_TICKS)]
    words = {
        "points": DRAWN_POINTS,
        "low": asked.low,
        "high": asked.high,
        "step": asked.step,
        "ticks": [{"value": height, "text": f"{height * scale:g}{suffix}"} for height in heights],
        "scale": scale,
        "suffix": suffix,
        "x": _(asked.x_title),
        "y": _(asked.y_title),
        "label": _("Draw the curve that you expect; every point can be moved with the arrow keys."),
        "nothing": _("nothing drawn"),
        "clear": _("Clear the drawing"),
    }
    show = component(
        "draw_curve",
        _HERE / "draw_curve.css",
        _HERE / "draw_curve.js",
        html='<div class="draw-curve"></div>',
    )
    show(key=key, data=orjson.dumps(words), on_drawn_change=_drawn)
    drawn: list[float] | None = getattr(st.session_state.get(key), "drawn", None)
    return list(drawn) if drawn is not None and len(drawn) == DRAWN_POINTS else None


def _drawn() -> None:
    """That the browser said so is enough."""
