"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import branch_variance, first_gradient, lesion

_ALL: Final = (first_gradient.QUESTION, branch_variance.QUESTION, lesion.QUESTION)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
