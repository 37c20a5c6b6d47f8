"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import (
    branch_scale,
    branch_variance,
    first_gradient,
    identity_blocks,
    landscape,
    lesion,
    one_weight,
    shattered,
)

_ALL: Final = (
    first_gradient.QUESTION,
    branch_variance.QUESTION,
    branch_scale.QUESTION,
    shattered.QUESTION,
    lesion.QUESTION,
    landscape.QUESTION,
    one_weight.QUESTION,
    identity_blocks.QUESTION,
)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
