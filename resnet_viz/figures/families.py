"""How network types look: plain and residual as everywhere, variants in the other colours."""

from collections.abc import Iterable, Sequence

from resnet_viz.experiments.families import family
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.theme import OTHERS, PLAIN, RESIDUAL
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import with_commas

_STYLES = {
    "plain": NetworkLook(N_("Plain"), PLAIN, "dash", "circle-open"),
    "residual": NetworkLook(N_("Residual"), RESIDUAL, "solid", "circle"),
}
_MARKS = ("diamond", "square", "triangle-up", "pentagon", "star")


def family_looks(families: Sequence[str]) -> dict[str, NetworkLook]:
    """A look for each: the first plain and the first residual family have their own colours."""
    ordered = sorted(families, key=lambda name: "+" in name)  # those that are no variants choose first
    looks = dict(zip(ordered, looks_in_turn((name, family_name(name)) for name in ordered), strict=True))
    return {name: looks[name] for name in families}


def looks_in_turn(networks: Iterable[tuple[str, str]]) -> list[NetworkLook]:
    """A look for each network, given by family and what it is called.

    The first plain and the first residual one have their own colours, further ones
    the rest of the palette and other marks; plain ones are dashed and their marks open.
    """
    taken: set[str] = set()
    spare = 0
    looks = []
    for name, called in networks:
        kind = family(name).role
        look = _STYLES[kind]._replace(name=called)
        if kind in taken:
            mark = _MARKS[spare % len(_MARKS)]
            symbol = f"{mark}-open" if look.symbol.endswith("-open") else mark
            look = look._replace(colour=OTHERS[spare % len(OTHERS)], symbol=symbol)
            spare += 1
        taken.add(kind)
        looks.append(look)
    return looks


def family_look(name: str, called: str = "") -> NetworkLook:
    """The look of the family ``name`` where it is the only one of its kind; ``called`` is its name there."""
    return looks_in_turn([(name, called or family_name(name))])[0]


def family_name(name: str) -> str:
    """``Plain``, or ``Residual (projection)``; the words of variants are the specs' own."""
    kind, _plus, words = name.partition("+")
    shown = _(_STYLES[family(kind).role].name)
    if not words:
        return shown
    return _("{family} ({variant})").format(family=shown, variant=with_commas(words.split("+")))


def plain_first(families: Iterable[str]) -> list[str]:
    """``families``, each once, in their order but for plain ones, which lead."""
    return sorted(dict.fromkeys(families), key=lambda name: family(name).role != "plain")
