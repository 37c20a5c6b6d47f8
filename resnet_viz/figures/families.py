"""How the families of a sweep look: plain and residual as everywhere, variants in the other colours."""

from collections.abc import Sequence

from resnet_viz.experiments.families import family
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.theme import COLOURS, DASHES, OTHERS, SYMBOLS, role_name
from resnet_viz.locale import gettext as _
from resnet_viz.wording import with_commas


def family_looks(families: Sequence[str]) -> dict[str, NetworkLook]:
    """A look for each: the first plain and the first residual family have their roles' colours."""
    taken: set[str] = set()
    spare = 0
    looks = {}
    for name in sorted(families, key=lambda name: "+" in name):  # bare roles choose first
        role = family(name).role
        colour = COLOURS[role]
        if role in taken:
            colour = OTHERS[spare % len(OTHERS)]
            spare += 1
        taken.add(role)
        looks[name] = NetworkLook(family_name(name), colour, DASHES[role], SYMBOLS[role])
    return {name: looks[name] for name in families}


def family_name(name: str) -> str:
    """``Plain``, or ``Residual (projection)``; the words of variants are the specs' own."""
    role, _plus, words = name.partition("+")
    shown = role_name(family(role).role)
    if not words:
        return shown
    return _("{family} ({variant})").format(family=shown, variant=with_commas(words.split("+")))
