"""What a family of networks says of itself; `families` has the table of them. Nothing here imports torch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

if TYPE_CHECKING:
    from resnet_viz.specs import DataShape, NetworkSpec

MAX_DEPTH = 1202
"""That of the deepest network of He et al. 2015; deeper ones are refused."""

_STARTS = ("he", "pytorch")
"""The initial weights that every family can have."""


class Look(NamedTuple):
    """How networks are drawn: a colour by its name in `figures.theme.PALETTE`; Plotly's dash and symbol."""

    colour: str
    dash: str
    symbol: str


class Depths(NamedTuple):
    """All depths that a network can have, ascending, and their rule in short, such as ``6n+2``."""

    legal: Sequence[int]
    rule: str

    def nearest(self, depth: int) -> int:
        """``depth``, or the nearest that exists."""
        return min(self.legal, key=lambda legal: abs(legal - depth))

    def around(self, depth: int) -> tuple[int, ...]:
        """One that exists below ``depth`` and one above, where there are both; ``depth`` itself is below."""
        below = [legal for legal in self.legal if legal <= depth][-1:]
        above = [legal for legal in self.legal if legal > depth][:1]
        return (*below, *above)


@dataclass(frozen=True, slots=True)
class Role:
    """What readers tell networks of a family apart by; the first word of a network type.

    Attributes:
        title: a gettext key, and ``inside`` another for within a sentence.
        is_of: whether a network of the family has this role.
        changes: what makes a recipe's network one of this role.
        decides: fields that no further word of the network type can set.
    """

    name: str
    title: str
    inside: str
    look: Look
    is_of: "Callable[[NetworkSpec], bool]" = lambda _network: True
    changes: "Callable[[NetworkSpec], dict[str, Any]]" = lambda _base: {}
    decides: frozenset[str] = frozenset()


class Stage(NamedTuple):
    """Blocks of one width: what a drawing shows of them.

    ``layers``: convolutions of a block. ``skips``: whether a connection goes around each block;
    ``reshaped``: whether the one around the first block has to change the shape of what it carries.
    """

    channels: int
    px: int
    blocks: int
    layers: int
    skips: bool
    reshaped: bool


def _nothing(_network: "NetworkSpec") -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Networks of one code path.

    Attributes:
        name: in specs.
        builder: ``module:class`` of the `networks.built.BuiltNetwork`; imported where a network is built.
        roles: at least one; a network has the first that is its own.
        fields: what of a spec such a network has, beside family and depth; the rest keeps its default.
        depths: those of a network with these fields.
        multiply_adds: of one image in convolutions and classifier, as He et al. 2015 count; without torch.
        layers: with weights on the main path; the depth, but where the paper's network has more.
        words: what can follow the role in a network type: word → field and value, in the order of names.
        offered: network types to choose from in forms; others can be typed.
        starts: the initial weights it can have.
        scaled_by: the field that makes a network wider, and so its multiply-adds more.
        twin: the role of the same network without shortcuts; empty where there are none to leave out.
        apart: fields with which a network differs from its twin in more than the shortcuts.
        source: ``module:function`` of its source code in exports (see `networks.source`); empty where the
            builder's module has a part that stands by itself.
        stages: how a network is built up, for a drawing of it; empty where that is not by stages.
        refuse: raises `InvalidSetting` for what cannot be built or trained.
    """

    name: str
    builder: str
    roles: tuple[Role, ...]
    fields: tuple[str, ...]
    depths: "Callable[[NetworkSpec], Depths]"
    multiply_adds: "Callable[[NetworkSpec, DataShape], int]"
    layers: "Callable[[NetworkSpec], int]" = lambda network: network.depth
    words: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    offered: tuple[str, ...] = ()
    starts: tuple[str, ...] = _STARTS
    scaled_by: str = "width"
    twin: str = ""
    apart: frozenset[str] = frozenset()
    source: str = ""
    stages: "Callable[[NetworkSpec, DataShape], tuple[Stage, ...]]" = lambda _network, _shape: ()
    refuse: "Callable[[NetworkSpec], None]" = _nothing

    def role(self, name: str) -> Role:
        """The role called ``name``; raises `KeyError`."""
        return {role.name: role for role in self.roles}[name]

    def role_of(self, network: "NetworkSpec") -> Role:
        """That of ``network``."""
        return next(role for role in self.roles if role.is_of(network))

    def taken_over(self, base: "NetworkSpec") -> dict[str, Any]:
        """What a network of this family takes over from a recipe's; the rest at its default."""
        known = {name: field.default for name, field in type(base).model_fields.items() if name != "depth"}
        fields = {name: getattr(base, name) if name in self.fields else known[name] for name in known}
        if fields["init"] not in self.starts:
            fields["init"] = _STARTS[0]
        return fields | {"family": self.name}

    def check(self, network: "NetworkSpec") -> None:
        """Raise `InvalidSetting` unless ``network`` can be built."""
        depths = self.depths(network)
        if network.depth not in depths.legal:
            raise InvalidSetting(
                "illegal_depth",
                N_("Depth {depth} does not exist for these networks: depths are {rule}. Nearest: {nearest}."),
                field="depth",
                depth=network.depth,
                rule=depths.rule,
                nearest=", ".join(map(str, depths.around(network.depth))),
            )
        for name, known in type(network).model_fields.items():
            if name not in (*self.fields, "family", "depth") and getattr(network, name) != known.default:
                raise InvalidSetting(
                    "family_lacks_setting",
                    N_("Networks of type {family} have no setting “{field}”; leave it out."),
                    field=name,
                    family=self.name,
                )
        if network.init not in self.starts:
            raise InvalidSetting(
                "family_lacks_start",
                N_("Networks of type {family} cannot start with “{start}”; they can with: {known}."),
                field="init",
                family=self.name,
                start=network.init,
                known=", ".join(self.starts),
            )
        self.refuse(network)
