"""Forks: what can be changed of a training halfway, so that nothing else differs from then on.

Each change keeps every weight as it is: a network forked so has the tensors of its parent, by name and shape.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import are_twins, family_of, without_shortcuts
from resnet_viz.specs import Fork, ForkChange, NetworkSpec, RunSpec, choices
from resnet_viz.wording import count

CHANGES: Final[tuple[ForkChange, ...]] = choices(ForkChange)
CHANGE_NAMES: Final[Mapping[ForkChange, str]] = MappingProxyType(
    {
        "cut": N_("Cut all skip connections"),
        "connect": N_("Add skip connections"),
        "rate": N_("Learning rate ÷ 10"),
        "scale": N_("Branches × 0.5"),
    }
)
"""What a reader chooses; gettext keys."""
CHANGED: Final[Mapping[ForkChange, str]] = MappingProxyType(
    {
        "cut": N_("skips cut"),
        "connect": N_("skips added"),
        "rate": N_("learning rate ÷ 10"),
        "scale": N_("branches × 0.5"),
    }
)
"""What was done, where there is little room; gettext keys."""

_RATE: Final = 10
_SCALE: Final = 0.5


def forked(parent: RunSpec, run_id: str, step: int, change: ForkChange) -> RunSpec:
    """What the run ``run_id`` of ``parent`` goes on as, forked at ``step``.

    Raises:
        InvalidSetting: the change is impossible, changes nothing, or would change more than it says.
    """
    network, train = parent.network, parent.train
    match change:
        case "cut":
            network = _cut(network)
        case "connect":
            network = _connected(network)
        case "rate":
            train = train.but(learning_rate=train.learning_rate / _RATE)
        case "scale":
            network = _scaled(network)
    return parent.but(network=network, train=train, fork=Fork(run=run_id, step=step, change=change))


def possible_changes(parent: RunSpec) -> tuple[ForkChange, ...]:
    """Those that a run of ``parent`` can be forked with."""
    return tuple(change for change in CHANGES if _is_possible(parent, change))


def fork_words(fork: Fork) -> str:
    """``skips cut at step 100``."""
    return _("{change} at step {step}").format(change=_(CHANGED[fork.change]), step=count(fork.step))


def _is_possible(parent: RunSpec, change: ForkChange) -> bool:
    try:
        forked(parent, "a" * 10, 0, change)
    except InvalidSetting as error:
        if error.code == "fork_impossible":
            return False
        raise
    return True


def _cut(network: NetworkSpec) -> NetworkSpec:
    # Shortcuts of type A alone have no weights that would go with them.
    plain = without_shortcuts(network)
    if network.shortcut != "identity" or not are_twins(plain, network) or plain != _only_cut(network):
        raise _impossible(
            N_(
                "The skip connections of this network cannot be cut without changing more: only those of a "
                "residual network with identity shortcuts (type A), without gates, learned scales, dropout, "
                "stochastic depth or norms that start at zero, have nothing else to lose."
            ),
        )
    return plain


def _only_cut(network: NetworkSpec) -> NetworkSpec:
    return network.model_copy(update={"shortcut": "none"})


def _connected(network: NetworkSpec) -> NetworkSpec:
    if network.role != "plain":
        raise _impossible(
            N_(
                "Skip connections can be added to a plain network only: it has the blocks of a residual one, "
                "around which identity shortcuts (type A) fit without weights."
            )
        )
    return network.but(shortcut="identity")


def _scaled(network: NetworkSpec) -> NetworkSpec:
    fits = "branch_scale" in family_of(network).fields and network.role != "plain"
    if not fits or network.learned_scale or network.branch_scale == _SCALE:
        raise _impossible(
            N_(
                "The branches of this network cannot be scaled by 0.5: that needs a residual network whose "
                "branches have no learned scale and not that scale already."
            )
        )
    return network.but(branch_scale=_SCALE)


def _impossible(template: str) -> InvalidSetting:
    return InvalidSetting("fork_impossible", template, field="change")
