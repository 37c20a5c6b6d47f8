"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import block_change, folded, lesion, linear_probe, paths, removals

_ALL: Final = (
    lesion.QUESTION,
    removals.QUESTION,
    block_change.QUESTION,
    linear_probe.QUESTION,
    paths.QUESTION,
    folded.QUESTION,
)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
