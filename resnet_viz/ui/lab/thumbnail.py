"""The last answer to a question, as small as a stamp."""

from html import escape
from typing import Final

import numpy as np

from resnet_viz.figures.families import family_look
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Question
from resnet_viz.processes.channel import Frame

_WIDE: Final = 160
_HIGH: Final = 60
_EDGE: Final = 4
_GREY: Final = "light-dark(#8a8a8a, #9a9a9a)"


def thumbnail(question: Question, result: Frame) -> str:
    """The measured lines of the first chart, as SVG without words; empty where it has none."""
    panel = next((one for one in question.panels(result) if isinstance(one, Panel)), None)
    if panel is None:
        return ""
    shown = [one for one in panel.series if one.kind == "measured" and np.isfinite(one.y).sum() > 0]
    if not shown:
        return ""
    x, y = (_scaled(panel, [getattr(one, axis) for one in shown], axis) for axis in "xy")
    lines = "".join(_line(one, *at) for one, *at in zip(shown, x, y, strict=True))
    return (
        f'<svg class="lab-thumbnail" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{escape(panel.title)}" preserveAspectRatio="none">{lines}</svg>'
    )


def _scaled(panel: Panel, values: list[np.ndarray], axis: str) -> list[np.ndarray]:
    if panel.x_log if axis == "x" else panel.y_log:
        values = [np.log10(np.where(one > 0, one, np.nan)) for one in values]
    every = np.concatenate(values)
    low, high = np.nanmin(every), np.nanmax(every)
    size = _WIDE if axis == "x" else _HIGH
    scale = (size - 2 * _EDGE) / (high - low if high > low else 1.0)
    placed = [_EDGE + (one - low) * scale for one in values]
    return placed if axis == "x" else [size - one for one in placed]


def _line(one: Series, x: np.ndarray, y: np.ndarray) -> str:
    look = family_look(one.family) if one.family else None
    colour = look.css if look else _GREY
    known = np.isfinite(x) & np.isfinite(y)
    if one.marks:
        dots = "".join(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5"/>' for a, b in zip(x[known], y[known], strict=True)
        )
        return f'<g style="fill: {colour}">{dots}</g>'
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[known], y[known], strict=True))
    dash = ' stroke-dasharray="5 3"' if look and look.dash != "solid" else ""
    return f'<polyline points="{points}" style="stroke: {colour}"{dash}/>'
