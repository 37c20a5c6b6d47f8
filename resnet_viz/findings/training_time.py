"""How long a training was, and what that means for its numbers."""

from resnet_viz.locale import N_
from resnet_viz.specs import TrainSpec
from resnet_viz.wording import Sentence, count, sentence

_EARLY_STEPS = 10_000
"""A sixth of the 64,000 steps of He et al. 2015 (§4.2)."""

_EARLY = N_("{steps} steps measure how fast the networks learn, not how well they do in the end.")


def early_sentence(recipe: TrainSpec) -> list[Sentence]:
    """That this is early in training, where it is: few steps, or a learning rate that never comes down."""
    if recipe.schedule != "constant" and recipe.steps >= _EARLY_STEPS:
        return []
    return [sentence(_EARLY, steps=count(recipe.steps))]
