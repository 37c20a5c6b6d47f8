"""What differs between the networks of an experiment that are no twins: type, depth, width, size and work.

Twins have their proof (`fairness`). Networks of different types differ in several things at once, so
what is measured of them is stated and not judged; this says in which things, with the numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from resnet_viz.data.catalogue import shape_of
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.findings.cost_words import SCALES
from resnet_viz.findings.family_words import family_words
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.networks.equal_cost import scale_of
from resnet_viz.networks.families import multiply_adds
from resnet_viz.wording import Sentence, count, listed, sentence

_DIFFER = N_(
    "Networks without a twin differ in more than the skip connection, so their results are stated and not "
    "judged. Here they differ in: {things}."
)
_TYPE: Final = N_("network type")


@dataclass(frozen=True, slots=True)
class NetworkSize:
    """One network; ``scale`` is the field that makes it wider and its value, ``parameters`` as recorded."""

    family: str
    depth: int
    scale: tuple[str, int]
    parameters: int | None
    multiply_adds: int


def network_sizes(spec: Experiment, cells: Sequence[CellHistory]) -> list[NetworkSize]:
    """Every network where some have no twin, by depth and in the order of the types; else none."""
    paired = {name for twins in spec.twins() for name in twins}
    if len(spec.families) < 2 or paired.issuperset(spec.families):
        return []
    recorded = {(cell.family, cell.depth): cell.history.facts.get("parameters") for cell in cells}
    shape = shape_of(spec.run.data)
    return [
        NetworkSize(
            name, depth, scale_of(network), recorded.get((name, depth)), multiply_adds(network, shape)
        )
        for depth in spec.built_depths
        for name in spec.families
        if depth in spec.depths_of(name)
        for network in (spec.network(name, depth),)
    ]


def difference_sentence(sizes: Sequence[NetworkSize]) -> Sentence:
    """In which things the types among ``sizes`` differ."""
    of_types: dict[str, list[NetworkSize]] = {}
    for one in sizes:
        of_types.setdefault(one.family, []).append(one)
    things = [sentence(_TYPE)]
    for thing, value in (
        (N_("depth"), lambda one: one.depth),
        (N_("parameters"), lambda one: one.parameters),
        (N_("multiply-adds"), lambda one: one.multiply_adds),
    ):
        if len({tuple(map(value, networks)) for networks in of_types.values()}) > 1:
            things.append(sentence(thing))
    return sentence(_DIFFER, things=listed(things))


def size_rows(sizes: Sequence[NetworkSize]) -> list[list[str]]:
    """A table of ``sizes`` in the reader's language, headings first."""
    rows = [[_("Network"), _("Depth"), _("Width"), _("Parameters"), _("Multiply-adds")]]
    for one in sizes:
        field, value = one.scale
        rows.append(
            [
                str(family_words(one.family)),
                str(one.depth),
                f"{value}" if field == "width" else f"{_(SCALES[field])} {value}",
                "–" if one.parameters is None else count(one.parameters),
                count(one.multiply_adds),
            ]
        )
    return rows
