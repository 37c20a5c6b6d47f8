"""How network types look: as their roles ask for, variants in the other colours."""

from collections.abc import Sequence
from typing import Final

from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.theme import OTHERS, PLAIN, RESIDUAL
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import ROLES, family
from resnet_viz.wording import with_commas

PALETTE: Final = {
    "vermilion": PLAIN,
    "blue": RESIDUAL,
    **dict(zip(("green", "purple", "orange", "sky", "yellow"), OTHERS, strict=True)),
}
"""The colours that roles ask for (`networks.family.Look`), by name."""


def family_looks(families: Sequence[str]) -> dict[str, NetworkLook]:
    """A look for each: the first of each role has its colour, further ones what is left of the palette."""
    kinds = {name: ROLES[family(name).role] for name in families}
    asked = {PALETTE[role.look.colour] for role in kinds.values()}
    spare = [colour for colour in OTHERS if colour not in asked] or list(OTHERS)
    taken: set[str] = set()
    looks = {}
    for name in sorted(families, key=lambda name: "+" in name):  # bare roles choose first
        role = kinds[name]
        colour = PALETTE[role.look.colour]
        if role.name in taken:
            colour = spare[0]
            spare.append(spare.pop(0))
        taken.add(role.name)
        looks[name] = NetworkLook(family_name(name), colour, role.look.dash, role.look.symbol)
    return {name: looks[name] for name in families}


def family_name(name: str) -> str:
    """``Plain``, or ``Residual (projection)``; the words of variants are the specs' own."""
    role, _plus, words = name.partition("+")
    shown = _(ROLES[family(role).role].title)
    if not words:
        return shown
    return _("{family} ({variant})").format(family=shown, variant=with_commas(words.split("+")))
