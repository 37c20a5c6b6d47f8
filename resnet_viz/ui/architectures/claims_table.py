"""What is claimed of costs and benefits, each claim beside our numbers."""

from collections.abc import Iterator
from contextlib import suppress
from html import escape
from typing import Final

import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP, Kind
from resnet_viz.findings.claim import Claim, ClaimOutcome
from resnet_viz.findings.claims import MEASURED, NEEDED, SHAPE, claims
from resnet_viz.findings.depth_numbers import judge as judge_sweep
from resnet_viz.findings.race_numbers import judge as judge_race
from resnet_viz.jobs.experiments import cells_of, recorded_cells, spec_of
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn, architecture, ask
from resnet_viz.ui.architectures.subjects import named
from resnet_viz.ui.permissions import owner

_LOOKED_AT: Final = 12
"""So many of the reader's latest races and sweeps are taken into account."""
_SIGNS: Final = {
    ClaimOutcome.SUPPORTS: "✓",
    ClaimOutcome.CONTRADICTS: "✗",
    ClaimOutcome.NO_EFFECT: "=",
    ClaimOutcome.CANNOT_TELL: "?",
}


def show_claims(chosen: Chosen, drawn: Drawn) -> None:
    """Show the table; each row computes itself."""
    with st.spinner(_("Counting the networks that the claims are about …")):
        found = claims(
            _architectures(),
            kept_bytes=_kept(),
            races=[judge_race(spec, [cell.history for cell in cells]) for spec, cells in _own(RACE)],
            sweeps=[judge_sweep(spec, cells) for spec, cells in _own(SWEEP)],
        )
    heads = "".join(
        f'<th scope="col">{escape(head)}</th>'
        for head in (_("Claim"), _("Ours"), _("Published"), _("Do our numbers support it?"))
    )
    rows = "".join(map(_row, found))
    caption = escape(_("Claims about costs and benefits"))
    st.html(
        f'<div class="plain-table claims-table" tabindex="0" role="region" aria-label="{caption}">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(claim: Claim) -> str:
    published = "–"
    if claim.published is not None:
        source = _("published: {source}").format(source=claim.source)
        published = f"{escape(str(claim.published))}<br><small>{escape(source)}</small>"
    remark = f"<br><small>{escape(str(claim.remark))}</small>" if claim.remark is not None else ""
    return (
        f"<tr><td>{escape(str(claim.claim))}</td><td>{escape(str(claim.ours))}</td><td>{published}</td>"
        f'<td><b class="{claim.outcome.value}">{_SIGNS[claim.outcome]} {escape(str(claim.title))}</b>{remark}</td></tr>'
    )


def _architectures() -> dict[str, Architecture]:
    return {name: architecture(named(name, SHAPE)) for name in NEEDED}


def _kept() -> dict[str, int]:
    return {name: int(ask("kept_memory", named(name, SHAPE)).values["bytes"]) for name in MEASURED}


def _own(kind: Kind) -> Iterator[tuple[Experiment, list[CellHistory]]]:
    """What was recorded of the reader's latest experiments of ``kind``, the latest last."""
    store = server.store()
    groups = [group for group in store.groups(owner=owner(), limit=_LOOKED_AT) if group.kind == kind.name]
    for group in reversed(groups):
        with suppress(InvalidSetting):  # of another version of this app
            yield spec_of(group), recorded_cells(store, cells_of(store, group))
