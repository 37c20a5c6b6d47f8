"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import lesion, removals

_ALL: Final = (lesion.QUESTION, removals.QUESTION)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
