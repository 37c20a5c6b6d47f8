"""Networks that do no better than guessing: of them nothing is judged."""

from math import log
from typing import Final

from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence

_NEAR: Final = 0.95
"""Share of the loss of guessing from which on a loss is that of guessing."""


def guesses(loss: float, classes: int) -> bool:
    """Whether a mean cross-entropy is no better than that of equal probabilities, ln(classes)."""
    return loss > _NEAR * log(classes)


def would_tell_more() -> Sentence:
    """What to do where a network only guesses."""
    return sentence(
        N_("One of these networks only guesses, which judges nothing; trained networks would tell.")
    )
