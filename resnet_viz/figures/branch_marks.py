"""Where forks begin, on charts over steps: a line at each such step, which says what was changed."""

from collections.abc import Sequence
from typing import Any, Final

from resnet_viz.figures.lines import Line
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, with_commas

_GREY: Final = "#808080"
"""Seen on a light and on a dark page."""
_LINE_PX: Final = 20


def branch_marks(lines: Sequence[Line], steps: int) -> dict[str, Any]:
    """Parts of the layout; ``steps`` are those that the axis shows. Nothing without forks."""
    changes: dict[int, dict[str, None]] = {}
    for line in lines:
        if line.branch is not None:
            changes.setdefault(line.branch.step, {})[_(line.branch.change)] = None
    if not changes:
        return {}
    shapes: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    for number, (step, changed) in enumerate(sorted(changes.items())):
        across = {"xref": "x", "yref": "paper"}
        stroke = {"color": _GREY, "width": 1.5, "dash": "dot"}
        shapes.append(across | {"type": "line", "x0": step, "x1": step, "y0": 0, "y1": 1, "line": stroke})
        texts.append(
            across
            | {
                "text": _("Step {step}: {text}").format(step=count(step), text=with_commas(changed)),
                "x": step,
                "y": 1,
                "yshift": -_LINE_PX * number,  # beside each other they would not fit
                "xanchor": "right" if step > steps / 2 else "left",
                "yanchor": "top",
                "showarrow": False,
            }
        )
    return {"shapes": shapes, "annotations": texts}
