"""The last answer to a question, as small as a stamp."""

from typing import Final, NamedTuple

import numpy as np

from resnet_viz.figures.families import family_look
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.question import Question
from resnet_viz.processes.channel import Frame

_WIDE: Final = 320
_HIGH: Final = 80
_EDGE: Final = 5
_GREY: Final = "#8a8a8a"


class Thumbnail(NamedTuple):
    """A picture without words, as SVG, and what it shows in words."""

    svg: str
    alt: str


def thumbnail(question: Question, result: Frame) -> Thumbnail | None:
    """The measured lines of the first chart; None where it has none."""
    panel = next((one for one in question.panels(result) if isinstance(one, Panel)), None)
    if panel is None:
        return None
    shown = [one for one in panel.series if one.kind == "measured" and np.isfinite(one.y).sum() > 0]
    if not shown:
        return None
    x, y = (_scaled(panel, [getattr(one, axis) for one in shown], axis) for axis in "xy")
    lines = "".join(_line(one, *at) for one, *at in zip(shown, x, y, strict=True))
    size = f'width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}"'
    return Thumbnail(f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{lines}</svg>', panel.title)


def _scaled(panel: Panel, values: list[np.ndarray], axis: str) -> list[np.ndarray]:
    if panel.x_log if axis == "x" else panel.y_log:
        values = [np.log10(np.where(one > 0, one, np.nan)) for one in values]
    if axis == "y" and panel.y_range is not None and not panel.y_log:
        values = [np.clip(one, *panel.y_range) for one in values]
    every = np.concatenate(values)
    low, high = np.nanmin(every), np.nanmax(every)
    size = _WIDE if axis == "x" else _HIGH
    scale = (size - 2 * _EDGE) / (high - low if high > low else 1.0)
    placed = [_EDGE + (one - low) * scale for one in values]
    return placed if axis == "x" else [size - one for one in placed]


def _line(one: Series, x: np.ndarray, y: np.ndarray) -> str:
    look = family_look(one.family) if one.family else None
    colour = look.colour if look else _GREY
    known = np.isfinite(x) & np.isfinite(y)
    if one.marks:
        dots = "".join(
            f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5"/>' for a, b in zip(x[known], y[known], strict=True)
        )
        return f'<g fill="{colour}">{dots}</g>'
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x[known], y[known], strict=True))
    dash = ' stroke-dasharray="5 3"' if look and look.dash != "solid" else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.5"{dash}/>'
