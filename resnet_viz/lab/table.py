"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import (
    block_change,
    folded,
    identity_shortcut,
    lesion,
    linear_probe,
    no_norm,
    norm_or_skip,
    paths,
    removals,
    stochastic_depth,
)

_ALL: Final = (
    lesion.QUESTION,
    removals.QUESTION,
    block_change.QUESTION,
    linear_probe.QUESTION,
    paths.QUESTION,
    norm_or_skip.QUESTION,
    identity_shortcut.QUESTION,
    no_norm.QUESTION,
    stochastic_depth.QUESTION,
    folded.QUESTION,
)

QUESTIONS: Final = {one.name: one for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
