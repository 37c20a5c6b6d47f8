"""Where forks begin, on charts over steps: a line at each such step, which says what was changed."""

from collections.abc import Sequence
from typing import Any

from resnet_viz.figures.lines import Line
from resnet_viz.figures.theme import Theme
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, with_commas


def branch_marks(lines: Sequence[Line], steps: int, look: Theme) -> dict[str, Any]:
    """Parts of the layout; ``steps`` are those that the axis shows. Nothing without forks."""
    changes: dict[int, dict[str, None]] = {}
    for line in lines:
        if line.branch is not None:
            changes.setdefault(line.branch.step, {})[_(line.branch.change)] = None
    if not changes:
        return {}
    shapes, texts = [], []
    for number, (step, changed) in enumerate(sorted(changes.items())):
        across = {"xref": "x", "yref": "paper"}
        stroke = {"color": look.text, "width": 1, "dash": "dot"}
        shapes.append(across | {"type": "line", "x0": step, "x1": step, "y0": 0, "y1": 1, "line": stroke})
        text = _("Step {step}: {text}").format(step=count(step), text=with_commas(changed))
        # In one column they would cover each other where steps are close.
        side = "right" if step > steps / 2 else "left"
        place = {"x": step, "y": 1 - 0.09 * number, "xanchor": side, "yanchor": "top", "showarrow": False}
        texts.append(across | place | {"text": text, "font": {"size": 13, "color": look.text}})
    return {"shapes": shapes, "annotations": texts}
