"""What a figure compares: lines, each of one network type or one fork, with its look and its runs."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from resnet_viz.figures.families import family_looks, plain_first
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.history import Branch, Curve, RunHistory
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count

_DASHES: Final = ("dot", "dashdot", "longdash", "longdashdot")
"""Of the forks of one network type, in turn: none is what a type has itself."""


class Line(NamedTuple):
    """One network type of a comparison; ``histories`` are its runs, by seed. A fork has a line of its own."""

    family: str
    look: NetworkLook
    histories: tuple[RunHistory, ...]
    branch: Branch | None = None

    @property
    def name(self) -> str:
        """What it is called, in the reader's language."""
        return self.look.name

    def curves(self, name: str) -> list[tuple[int, Curve]]:
        """Seed and curve ``name`` of every run that has measured it."""
        return [(h.seed, h.series[name]) for h in self.histories if len(h.series.get(name, ()))]


def lines_of(histories: Sequence[RunHistory]) -> list[Line]:
    """One line for each network type of ``histories``, plain ones first, then in their order; then forks."""
    families = plain_first(history.family for history in histories)
    looks = family_looks(families)
    own = [history for history in histories if history.branch is None]
    lines = [
        Line(
            name,
            looks[name],
            tuple(sorted((h for h in own if h.family == name), key=lambda history: history.seed)),
        )
        for name in families
    ]
    seeds = len({history.seed for history in own})
    number_of: dict[str, int] = {}
    for history in histories:
        if history.branch is not None:
            number = number_of.setdefault(history.family, 0)
            number_of[history.family] += 1
            look = looks[history.family]._replace(
                name=_branch_name(looks[history.family].name, history, seeds > 1),
                dash=_DASHES[number % len(_DASHES)],
            )
            family = f"{history.family} {history.branch.run}"
            lines.append(Line(family, look, (history,), history.branch))
    return lines


def _branch_name(parent: str, history: RunHistory, several_seeds: bool) -> str:
    assert history.branch is not None
    _run, step, change = history.branch
    if several_seeds:
        parent = _("{network}, seed {seed}").format(network=parent, seed=history.seed)
    return _("{name}: {text}").format(
        name=parent, text=_("{change} at step {step}").format(change=_(change), step=count(step))
    )
