"""All questions, in the order of the index."""

from typing import Final

from resnet_viz.lab.over_pairs import for_pairs
from resnet_viz.lab.question import ROWS
from resnet_viz.lab.questions import (
    block_change,
    branch_scale,
    branch_variance,
    delta_orthogonal,
    first_gradient,
    folded,
    identity_blocks,
    identity_shortcut,
    landscape,
    lesion,
    linear_probe,
    no_norm,
    norm_or_skip,
    one_weight,
    paths,
    removals,
    shattered,
    stochastic_depth,
)

_ALL: Final = (
    first_gradient.QUESTION,
    branch_variance.QUESTION,
    branch_scale.QUESTION,
    shattered.QUESTION,
    block_change.QUESTION,
    paths.QUESTION,
    lesion.QUESTION,
    removals.QUESTION,
    linear_probe.QUESTION,
    landscape.QUESTION,
    one_weight.QUESTION,
    identity_blocks.QUESTION,
    norm_or_skip.QUESTION,
    identity_shortcut.QUESTION,
    delta_orthogonal.QUESTION,
    no_norm.QUESTION,
    stochastic_depth.QUESTION,
    folded.QUESTION,
)

QUESTIONS: Final = {one.name: for_pairs(one) for row in ROWS for one in _ALL if one.row == row}
"""By name, row after row."""
