"""What roles and states of a run are called on the pages.

Every text is a gettext key; `label` gives it in the reader's language.
"""

from collections.abc import Mapping
from typing import Final

from resnet_viz.events import STATE_NAMES, NormStatistics
from resnet_viz.experiments.settings import RACE_SETTINGS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks import families
from resnet_viz.wording import percent

ROLES: Final = {role.name: role.title for role in families.ROLES.values()}

STATES: Final = STATE_NAMES

OLD_ACCURACY: Final = N_(
    "* Measured with the running averages of batch normalisation, as this app did before. They lag behind "
    "weights that move fast, so deep plain networks look worse than they are."
)
"""To be said wherever `accuracy` has marked something."""


def label(texts: Mapping[str, str], value: str) -> str:
    """What ``value`` is called in the reader's language; a value without a name stands for itself."""
    return _(texts[value]) if value in texts else value


def device(name: str | None) -> str:
    """What a run was trained on; one of several GPUs stands for itself."""
    return label(RACE_SETTINGS["device"].texts, name or "–")


def is_old(statistics: str | None) -> bool:
    """Whether a test figure was measured with running averages; ``statistics``: the run's fact."""
    return statistics == NormStatistics.RUNNING


def accuracy(share: float | None, statistics: str | None) -> str:
    """A test accuracy in percent, with a star where it `is_old`."""
    return percent(share) + ("*" if is_old(statistics) else "")
