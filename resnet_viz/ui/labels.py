"""What roles and states of a run are called on the pages.

Every text is a gettext key; `label` gives it in the reader's language.
"""

from collections.abc import Mapping
from typing import Final

from resnet_viz.events import STATE_NAMES
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

ROLES: Final = {"plain": N_("Plain"), "residual": N_("Residual")}

STATES: Final = STATE_NAMES


def label(texts: Mapping[str, str], value: str) -> str:
    """What ``value`` is called in the reader's language; a value without a name stands for itself."""
    return _(texts[value]) if value in texts else value
