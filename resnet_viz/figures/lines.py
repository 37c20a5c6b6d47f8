"""What a figure compares: lines, each of one network type, with its look and its runs."""

from collections.abc import Sequence
from typing import NamedTuple

from resnet_viz.figures.families import family_looks, plain_first
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.history import Curve, RunHistory


class Line(NamedTuple):
    """One network type of a comparison; ``histories`` are its runs, by seed."""

    family: str
    look: NetworkLook
    histories: tuple[RunHistory, ...]

    @property
    def name(self) -> str:
        """What it is called, in the reader's language."""
        return self.look.name

    def curves(self, name: str) -> list[tuple[int, Curve]]:
        """Seed and curve ``name`` of every run that has measured it."""
        return [(h.seed, h.series[name]) for h in self.histories if len(h.series.get(name, ()))]


def lines_of(histories: Sequence[RunHistory]) -> list[Line]:
    """One line for each network type of ``histories``, plain ones first, then in their order."""
    families = plain_first(history.family for history in histories)
    looks = family_looks(families)
    return [
        Line(
            name,
            looks[name],
            tuple(sorted((h for h in histories if h.family == name), key=lambda history: history.seed)),
        )
        for name in families
    ]
