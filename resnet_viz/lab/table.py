"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import identity_shortcut, lesion, no_norm, norm_or_skip, stochastic_depth

_ALL: Final = (
    lesion.QUESTION,
    norm_or_skip.QUESTION,
    identity_shortcut.QUESTION,
    no_norm.QUESTION,
    stochastic_depth.QUESTION,
)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
