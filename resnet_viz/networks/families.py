"""The families of networks there are, and the network types that people ask for by words.

A network type is written as words joined by ``+``: first a role, such as
``plain`` or ``residual``, then what differs from the recipe: a block, a
shortcut, a normalisation (``no-norm`` for none), such as
``residual+projection`` or ``plain+bottleneck``.

A further family is one module that builds it and one entry in `FAMILIES`.
Nothing here imports torch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Self

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.family import Depths, Family, Role
from resnet_viz.networks.resnet import RESNET

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType({family.name: family for family in (RESNET,)})
ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {role.name: role for family in FAMILIES.values() for role in family.roles}
)
OFFERED: Final = tuple(
    name
    for family in FAMILIES.values()
    for name in family.offered or tuple(role.name for role in family.roles)
)
"""Network types to choose from in forms; any other that `network_type` reads can be typed."""


@dataclass(frozen=True, slots=True)
class NetworkType:
    """Networks of any depth: a role of a family, and which fields differ from the recipe's network."""

    family: Family
    role: str
    variant: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As `network_type` reads it, words in one order."""
        words = self.family.words.items()
        return "+".join(
            (self.role, *(word for word, (field, value) in words if self.variant.get(field) == value))
        )

    def network(self, base: "NetworkSpec", depth: int) -> "NetworkSpec":
        """``base`` as this type has it, ``depth`` layers deep; raises `InvalidSetting`."""
        return base.but(**self._fields(base), depth=depth)

    def depths(self, base: "NetworkSpec") -> Depths:
        """Those that it can have, built on ``base``."""
        return self.family.depths(base.model_copy(update=self._fields(base)))

    def is_twin_of(self, other: Self, base: "NetworkSpec") -> bool:
        """Whether ``other``, which has no shortcuts, is the same in everything else."""
        mine = base.model_copy(update=self._fields(base))
        return without_shortcuts(mine) == base.model_copy(update=other._fields(base))

    def _fields(self, base: "NetworkSpec") -> dict[str, Any]:
        fields = self.family.taken_over(base)
        return fields | self.family.role(self.role).changes(base) | dict(self.variant)


@cache
def network_type(text: str) -> NetworkType:
    """The network type called ``text``; raises `InvalidSetting`."""
    first, *words = text.strip().lower().split("+")
    if first not in ROLES:
        raise _unknown(text)
    known = next(one for one in FAMILIES.values() if ROLES[first] in one.roles)
    found: dict[str, Any] = {}
    for word in words:
        if word not in known.words:
            raise _unknown(text)
        name, value = known.words[word]
        if name in ROLES[first].decides or found.setdefault(name, value) != value:
            raise _unknown(text)
    return NetworkType(known, first, MappingProxyType(found))


def family_of(network: "NetworkSpec") -> Family:
    """The family of ``network``."""
    return FAMILIES[network.family]


def without_shortcuts(network: "NetworkSpec") -> "NetworkSpec":
    """The same network without shortcuts; itself where it has none."""
    own = family_of(network)
    return network.model_copy(update=own.role(own.twin).changes(network)) if own.twin else network


def multiply_adds(network: "NetworkSpec", shape: "DataShape") -> int:
    """Multiply-adds of one image in convolutions and classifier (as He et al. 2015 count)."""
    return family_of(network).multiply_adds(network, shape)


def nearest_depth(network: "NetworkSpec", depth: int) -> int:
    """``depth``, or the nearest that a network with the fields of ``network`` can have."""
    return family_of(network).depths(network).nearest(depth)


def common_depths(families: Iterable[str], base: "NetworkSpec") -> list[int]:
    """Depths that all ``families`` have, built on ``base``; raises `InvalidSetting`."""
    each = [network_type(name).depths(base).legal for name in families] or [
        family_of(base).depths(base).legal
    ]
    return sorted(set(each[0]).intersection(*each[1:]))


def nearest_common_depths(
    depths: Sequence[int], families: Iterable[str], base: "NetworkSpec"
) -> tuple[int, ...]:
    """Each of ``depths``, or the nearest that all ``families`` have; raises `InvalidSetting`."""
    legal = common_depths(families, base)
    return tuple(sorted({min(legal, key=lambda known: abs(known - depth)) for depth in depths}))


def _unknown(text: str) -> InvalidSetting:
    words = dict.fromkeys(word for family in FAMILIES.values() for word in family.words)
    return InvalidSetting(
        "unknown_family",
        N_("There is no network type {family}; write one of {roles}, then any of these with a +: {words}."),
        field="families",
        family=text[:60],
        roles=", ".join(ROLES),
        words=", ".join(words),
    )
