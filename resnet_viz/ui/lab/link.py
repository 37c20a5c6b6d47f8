"""The link of the Lab page: the question, what it is about, and its settings."""

from typing import Final

from resnet_viz.lab.table import QUESTIONS
from resnet_viz.ui.linked_choices import LinkedChoices

QUESTION: Final = "question"
ABOUT: Final = "about"
STEP: Final = "step"
_SETTINGS: Final = {setting.name for question in QUESTIONS.values() for setting in question.settings}

# Settings have session keys of their names; all other keys of the page say what they do.
LINK: Final = LinkedChoices("lab", (QUESTION, ABOUT, STEP, *sorted(_SETTINGS)))
