"""The networks of a group two by two, as they are looked into: they differ in their shortcuts only."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Final

from resnet_viz.experiments.settings import RACE_SETTINGS
from resnet_viz.locale import gettext as _
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels

Cells = Mapping[str, tuple[RunRecord, ...]]
"""One or two runs each, plain first, by their name in the link: ``depth-seed``, further ones numbered."""

_VARIANTS: Final = ("block", "norm", "shortcut")


def pair_up(runs: Sequence[RunRecord]) -> Cells:
    """Each residual run with its plain twin, which several can have in common; what has none alone."""
    recipes: dict[str, dict[str, list[RunRecord]]] = {}
    for run in runs:
        bare = run.spec.but(network=without_shortcuts(run.spec.network))
        kinds = recipes.setdefault(bare.digest(), {"plain": [], "residual": []})
        kinds["plain" if run.spec == bare else "residual"].append(run)
    cells: dict[str, tuple[RunRecord, ...]] = {}
    for kinds in recipes.values():
        plain, residual = kinds["plain"], kinds["residual"]
        last = plain[-1] if residual and plain else None
        for one, other in zip_longest(plain, residual):
            first = one or last
            cell = tuple(run for run in (first, other) if run is not None)
            cells[_name(cell[0], cells)] = cell
    return cells


def titles(cells: Cells) -> dict[str, str]:
    """What each cell is called, no two alike: depth, seed, and what else tells it from the others."""
    differing = [name for name in _VARIANTS if len({_variant(cell, name) for cell in cells.values()}) > 1]
    found: dict[str, str] = {}
    for name, cell in cells.items():
        run = cell[0]
        parts = [_("depth {depth}, seed {seed}").format(depth=run.spec.network.depth, seed=run.seed)]
        if len(cell) == 1:
            parts.append(labels.label(labels.ROLES, run.role))
        variants = ((each, _variant(cell, each)) for each in differing)
        parts += [_(RACE_SETTINGS[each].texts[value]) for each, value in variants if value]
        title = " · ".join(parts)
        found[name] = f"{title} · {cell[-1].id}" if title in found.values() else title
    return found


def _variant(cell: Sequence[RunRecord], name: str) -> str:
    """The block, norm or shortcut of the cell; no shortcut is none of these."""
    value = str(getattr(cell[-1].spec.network, name))
    return "" if name == "shortcut" and value == "none" else value


def _name(run: RunRecord, taken: Mapping[str, object]) -> str:
    name = first = f"{run.spec.network.depth}-{run.seed}"
    number = 1
    while name in taken:
        number += 1
        name = f"{first}-{number}"
    return name
