"""What is claimed of costs and benefits, each claim beside our numbers."""

from html import escape
from typing import Any, Final

import streamlit as st

from resnet_viz.architecture.graph import Architecture
from resnet_viz.findings.claim import Claim, ClaimOutcome
from resnet_viz.findings.claims import MEASURED, NEEDED, SHAPE, claims
from resnet_viz.jobs.own_findings import own_findings
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.architectures.choices import Chosen
from resnet_viz.ui.architectures.client import Drawn, architecture, ask
from resnet_viz.ui.permissions import owner

_SIGNS: Final = {
    ClaimOutcome.SUPPORTS: "✓",
    ClaimOutcome.CONTRADICTS: "✗",
    ClaimOutcome.NO_EFFECT: "=",
    ClaimOutcome.UNDECIDED: "?",
}


def show_claims(chosen: Chosen, drawn: Drawn) -> None:
    """Show the table; each row computes itself."""
    with st.spinner(_("Counting the networks of the claims; the first time takes some seconds …")):
        own = own_findings(server.store(), owner())
        found = claims(
            _architectures(),
            kept_bytes=_kept(),
            races=own.races,
            sweeps=own.sweeps,
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
    outcome = f"{_SIGNS[claim.outcome]} {claim.title}"
    return (
        f"<tr><td>{escape(str(claim.claim))}</td><td>{escape(str(claim.ours))}</td><td>{published}</td>"
        f'<td><b class="{claim.outcome.value}">{escape(outcome)}</b>{remark}</td></tr>'
    )


def _architectures() -> dict[str, Architecture]:
    return {name: architecture(_asked(name)) for name in NEEDED}


def _kept() -> dict[str, int]:
    return {name: int(ask("kept_memory", _asked(name)).values["bytes"]) for name in MEASURED}


def _asked(name: str) -> dict[str, Any]:
    """How the inspector is asked for a network by its name on the command line."""
    if name.startswith("torchvision:"):
        return {"model": name}
    return {"network": name, "shape": SHAPE.model_dump(mode="json")}
