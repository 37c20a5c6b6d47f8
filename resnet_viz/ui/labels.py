"""What roles and states of a run are called on the pages.

Every text is a gettext key; `label` gives it in the reader's language.
"""

from typing import Final

from resnet_viz.events import RunState
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

ROLES: Final = {"plain": N_("Plain"), "residual": N_("Residual")}

STATES: Final[dict[str, str]] = {
    RunState.QUEUED: N_("Waiting"),
    RunState.RUNNING: N_("Training"),
    RunState.PAUSED: N_("Paused"),
    RunState.FINISHED: N_("Finished"),
    RunState.STOPPED: N_("Stopped"),
    RunState.FAILED: N_("Failed"),
    RunState.DIVERGED: N_("Diverged"),
    RunState.LOST: N_("Lost"),
}


def label(texts: dict[str, str], value: str) -> str:
    """What ``value`` is called in the reader's language; a value without a name stands for itself."""
    return _(texts[value]) if value in texts else value
