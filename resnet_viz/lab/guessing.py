"""Networks that do no better than guessing: of them nothing is judged."""

from resnet_viz.findings.endings import guessing_loss
from resnet_viz.findings.evidence import OF_GUESSING
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, sentence


def guesses(loss: float, classes: int) -> bool:
    """Whether a mean cross-entropy is no better than that of equal probabilities, ln(classes)."""
    return loss > (1 - OF_GUESSING) * guessing_loss(classes)


def would_tell_more() -> Sentence:
    """What to do where a network only guesses."""
    return sentence(
        N_("One of these networks only guesses, which judges nothing; trained networks would tell.")
    )
