"""The families of networks there are, and the network types that people ask for by words.

A network type is written as words joined by ``+``: first a role, such as
``plain`` or ``residual``, then what differs from the recipe: a block, a
shortcut, a normalisation (``no-norm`` for none), or a field of the family with
its value, such as ``residual+projection`` or ``densenet+growth=24``. With a
depth behind the role it is one network: ``densenet-40``.

A further family is one module that builds it and one entry in `FAMILIES`.
Nothing here imports torch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.networks.alexnet import ALEXNET
from resnet_viz.networks.cnn import CNN
from resnet_viz.networks.densenet import DENSENET, DENSENET_BC
from resnet_viz.networks.family import Depths, Family, Role
from resnet_viz.networks.resnet import RESNET
from resnet_viz.networks.resnext import RESNEXT
from resnet_viz.networks.vgg import VGG

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec

FAMILIES: Final[Mapping[str, Family]] = MappingProxyType(
    {family.name: family for family in (RESNET, RESNEXT, DENSENET, DENSENET_BC, VGG, ALEXNET, CNN)}
)
ROLES: Final[Mapping[str, Role]] = MappingProxyType(
    {role.name: role for family in FAMILIES.values() for role in family.roles}
)
OFFERED: Final = tuple(name for family in FAMILIES.values() for name in family.offered)
"""Network types to choose from in forms; any other that `network_type` reads can be typed."""


@dataclass(frozen=True, slots=True)
class NetworkType:
    """Networks of any depth: a role of a family, and which fields differ from the recipe's network."""

    family: Family
    role: str
    variant: Mapping[str, Any]

    @property
    def name(self) -> str:
        """As `network_type` reads it, words in one order, then fields with values."""
        words = {word: pair for word, pair in self.family.words.items() if pair in self.variant.items()}
        spoken = {field for field, _value in words.values()}
        fields = [field for field in self.family.fields if field in self.variant and field not in spoken]
        return "+".join((self.role, *words, *(f"{one}={_written(self.variant[one])}" for one in fields)))

    def network(self, base: "NetworkSpec", depth: int) -> "NetworkSpec":
        """``base`` as this type has it, ``depth`` layers deep; raises `InvalidSetting`."""
        return base.but(**self._fields(base), depth=depth)

    def depths(self, base: "NetworkSpec") -> Depths:
        """Those that it can have, built on ``base``."""
        return self.family.depths(base.model_copy(update=self._fields(base)))

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
        name, value = known.words[word] if word in known.words else _field(text, known, word)
        if name in ROLES[first].decides or found.setdefault(name, value) != value:
            raise _unknown(text)
    return NetworkType(known, first, MappingProxyType(found))


def named_network(text: str) -> tuple[NetworkType, int | None]:
    """The type and the depth of a network written as ``densenet-40+growth=24``; None without a depth.

    Raises:
        InvalidSetting: there is no such type.
    """
    first, plus, words = text.strip().lower().partition("+")
    role, _dash, depth = first.rpartition("-")
    if role in ROLES and depth.isascii() and depth.isdecimal() and len(depth) < 6:
        return network_type(f"{role}{plus}{words}"), int(depth)
    return network_type(text), None


def with_depth(name: str, depth: int) -> str:
    """One network of the type called ``name``, as `named_network` reads it."""
    role, plus, words = name.partition("+")
    return f"{role}-{depth}{plus}{words}"


def with_fields(families: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """``families``, each with those of ``fields``, such as ``growth=24``, that its family has.

    Raises:
        InvalidSetting: a field that none of them has, or a value that cannot be.
    """
    for word in fields:
        name = word.partition("=")[0].strip()
        having = [one for one in families if name in _settable(network_type(one))]
        if not having:
            raise InvalidSetting(
                "no_family_has_setting",
                N_("None of these network types has a setting “{field}”; they have: {known}."),
                field=name[:60],
                known=", ".join(dict.fromkeys(f for one in families for f in _settable(network_type(one)))),
            )
        families = [network_type(f"{one}+{word}").name if one in having else one for one in families]
    return tuple(families)


def family_of(network: "NetworkSpec") -> Family:
    """The family of ``network``."""
    return FAMILIES[network.family]


def without_shortcuts(network: "NetworkSpec") -> "NetworkSpec":
    """The same network without shortcuts; itself where it has none."""
    own = family_of(network)
    return network.model_copy(update=own.role(own.twin).changes(network)) if own.twin else network


def are_twins(plain: "NetworkSpec", residual: "NetworkSpec") -> bool:
    """Whether they differ in nothing but that ``plain`` has no shortcuts."""
    same = all(getattr(plain, name) == getattr(residual, name) for name in family_of(residual).apart)
    return same and plain != residual and without_shortcuts(residual) == plain


def multiply_adds(network: "NetworkSpec", shape: "DataShape") -> int:
    """Multiply-adds of one image in convolutions and classifier (as He et al. 2015 count)."""
    return family_of(network).multiply_adds(network, shape)


def nearest_depth(network: "NetworkSpec", depth: int) -> int:
    """``depth``, or the nearest that a network with the fields of ``network`` can have."""
    return family_of(network).depths(network).nearest(depth)


def possible_depths(families: Iterable[str], base: "NetworkSpec") -> list[int]:
    """Depths at which ``families``, built on ``base``, can be compared; raises `InvalidSetting`.

    Network types of one family are compared at exactly one depth, so at one that all of them have.
    Of several families one must have it; the others take the nearest that they have (`depths_at`).
    """
    of_families = _depths_of_families(families, base).values()
    return sorted(set().union(*of_families)) if of_families else list(family_of(base).depths(base).legal)


def nearest_possible_depths(
    depths: Sequence[int], families: Iterable[str], base: "NetworkSpec"
) -> tuple[int, ...]:
    """Each of ``depths``, or the nearest that is possible; raises `InvalidSetting`."""
    legal = possible_depths(families, base)
    return tuple(sorted({min(legal, key=lambda known: abs(known - depth)) for depth in depths}))


def depths_at(depth: int, families: Sequence[str], base: "NetworkSpec") -> dict[str, int]:
    """The depth of each of ``families`` where ``depth`` is asked for; raises `InvalidSetting`."""
    legal = _depths_of_families(families, base)
    if len(legal) < 2:
        for name in families:
            network_type(name).network(base, depth)  # raises where that does not exist
        return dict.fromkeys(families, depth)
    if not any(depth in depths for depths in legal.values()):
        near = Depths(possible_depths(families, base), "").around(depth)
        raise InvalidSetting(
            "illegal_depth",
            N_("None of these network types has depth {depth}. Nearest: {nearest}."),
            field="depth",
            depth=depth,
            nearest=", ".join(map(str, near)),
        )
    return {
        name: min(legal[network_type(name).family.name], key=lambda known: abs(known - depth))
        for name in families
    }


def _depths_of_families(families: Iterable[str], base: "NetworkSpec") -> dict[str, list[int]]:
    """Of each family the depths that all its types among ``families`` have, ascending."""
    found: dict[str, set[int]] = {}
    for name in families:
        kind = network_type(name)
        own = set(kind.depths(base).legal)
        found[kind.family.name] = own & found.get(kind.family.name, own)
    return {family: sorted(depths) for family, depths in found.items()}


def _settable(kind: NetworkType) -> tuple[str, ...]:
    """The fields that can follow its role with a value."""
    decided = kind.family.role(kind.role).decides
    return tuple(field for field in kind.family.fields if field not in decided)


def _field(text: str, family: Family, word: str) -> tuple[str, Any]:
    """``growth=24`` as field and value; raises `InvalidSetting`."""
    from resnet_viz.specs import NetworkSpec  # which needs the families

    name, equals, value = (part.strip() for part in word.partition("="))
    if not equals or name not in family.fields:
        raise _unknown(text)
    return name, NetworkSpec.value_of(name, value)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".0")


def _unknown(text: str) -> InvalidSetting:
    words = dict.fromkeys(word for family in FAMILIES.values() for word in family.words)
    return InvalidSetting(
        "unknown_family",
        N_(
            "There is no network type {family}; write one of {roles}, then any of these with a +: {words}, "
            "or a setting with its value, such as growth=24."
        ),
        field="families",
        family=text[:60],
        roles=", ".join(ROLES),
        words=", ".join(words),
    )
