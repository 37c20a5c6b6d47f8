"""Networks that do no better than guessing: of them nothing is judged."""

from typing import Final

from resnet_viz.findings.endings import guessing_error, guessing_loss
from resnet_viz.findings.evidence import OF_GUESSING
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence

_LESS: Final = 0.05
"""An error that is not even this much below that of guessing has no room to rise."""


def guesses(loss: float, classes: int) -> bool:
    """Whether a mean cross-entropy is no better than that of equal probabilities, ln(classes)."""
    return loss > (1 - OF_GUESSING) * guessing_loss(classes)


def errs_as_guessing(error: float, classes: int) -> bool:
    """Whether a share of wrong classes is about that of guessing, so that there is nothing to lose."""
    return error > guessing_error(classes) - _LESS


def would_tell_more() -> Sentence:
    """What to do where a network only guesses."""
    return sentence(
        N_("One of these networks only guesses, which judges nothing; trained networks would tell.")
    )
