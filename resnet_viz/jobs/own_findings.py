"""What the races and sweeps of one person have come to, for claims about how networks train."""

from typing import Final, NamedTuple

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.findings import depth_numbers, race_numbers
from resnet_viz.findings.depth_numbers import DepthFinding
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.jobs.experiments import cells_of, recorded_cells, spec_of
from resnet_viz.store import Store

_LATEST: Final = 12
"""Of each kind; reading all of them would take long."""


class OwnFindings(NamedTuple):
    """Findings of the latest races and sweeps that have ended, the newest last."""

    races: tuple[RaceFinding, ...]
    sweeps: tuple[DepthFinding, ...]


def own_findings(store: Store, owner: str | None = None) -> OwnFindings:
    """Those of ``owner``, or of everybody; what this version cannot read is left out."""
    races: list[RaceFinding] = []
    sweeps: list[DepthFinding] = []
    for kind in (RACE, SWEEP):
        for group in reversed(store.groups(kind=kind.name, owner=owner, limit=_LATEST)):
            try:
                spec = spec_of(group)
            except InvalidSetting:
                continue
            places = cells_of(store, group)
            if not all(place.is_settled for place in places):
                continue
            cells = recorded_cells(store, places)
            if kind is RACE:
                races.append(race_numbers.judge(spec, [cell.history for cell in cells]))
            else:
                sweeps.append(depth_numbers.judge(spec, cells))
    return OwnFindings(tuple(races), tuple(sweeps))
