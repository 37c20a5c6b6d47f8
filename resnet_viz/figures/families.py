"""How network types look: as their roles ask for, variants in the other colours."""

from collections.abc import Iterable, Sequence
from typing import Final

from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.theme import BROWN, OTHERS, PLAIN, RESIDUAL
from resnet_viz.findings.family_words import family_words
from resnet_viz.networks.families import ROLES, network_type

PALETTE: Final = {
    "vermilion": PLAIN,
    "blue": RESIDUAL,
    **dict(zip(("green", "purple", "orange", "sky", "yellow"), OTHERS, strict=True)),
    "brown": BROWN,
}
"""The colours that roles ask for (`networks.family.Look`), by name."""
_MARKS = ("diamond", "square", "triangle-up", "pentagon", "star")


def family_looks(families: Sequence[str]) -> dict[str, NetworkLook]:
    """A look for each: the first of each role has its own colour."""
    ordered = sorted(families, key=lambda name: "+" in name)  # those that are no variants choose first
    looks = dict(zip(ordered, looks_in_turn((name, family_name(name)) for name in ordered), strict=True))
    return {name: looks[name] for name in families}


def looks_in_turn(networks: Iterable[tuple[str, str]]) -> list[NetworkLook]:
    """A look for each network, given by family and what it is called.

    The first of each role has its own colour, further ones what nobody has of the
    palette, and other marks; the dash stays, and a mark that is open.
    """
    named = list(networks)
    roles = [ROLES[network_type(name).role] for name, _called in named]
    asked = {PALETTE[role.look.colour] for role in roles}
    colours = [colour for colour in OTHERS if colour not in asked] or OTHERS
    taken: set[str] = set()
    spare = 0
    looks = []
    for role, (_name, called) in zip(roles, named, strict=True):
        look = NetworkLook(called, PALETTE[role.look.colour], role.look.dash, role.look.symbol)
        if role.name in taken:
            mark = _MARKS[spare % len(_MARKS)]
            symbol = f"{mark}-open" if look.symbol.endswith("-open") else mark
            look = look._replace(colour=colours[spare % len(colours)], symbol=symbol)
            spare += 1
        taken.add(role.name)
        looks.append(look)
    return looks


def role_looks() -> dict[str, NetworkLook]:
    """The look of the networks of each role, without variants."""
    return {name: family_look(name) for name in ROLES}


def family_look(name: str, called: str = "") -> NetworkLook:
    """The look of the family ``name`` where it is the only one of its kind; ``called`` is its name there."""
    return looks_in_turn([(name, called or family_name(name))])[0]


def published_colour(kind: str) -> str:
    """For CSS, of torchvision's networks of ``kind`` (`torchvision_catalogue.DRAWN`): their family's."""
    role = "residual" if kind in ("resnet", "wide_resnet") else kind
    return family_look(role).css if role in ROLES else OTHERS[0]


def family_name(name: str) -> str:
    """``Plain``, or ``Residual (projection)``."""
    return str(family_words(name))


def plain_first(families: Iterable[str]) -> list[str]:
    """``families``, each once, in their order but for plain ones, which lead."""
    return sorted(dict.fromkeys(families), key=lambda name: network_type(name).role != "plain")
