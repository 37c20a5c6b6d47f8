"""What came out of each run, as a table and as files."""

import io
import json
from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.store.export import export_csv, export_json
from resnet_viz.ui import labels, server
from resnet_viz.ui.race_status import failure_sentence
from resnet_viz.ui.table import table
from resnet_viz.wording import number, percent

_INSPECT_PAGE: Final = "../../pages/inspect.py"


def results(runs: Sequence[RunRecord]) -> None:
    """One row a run, and everything recorded of them to download."""
    st.subheader(_("Results"), anchor=False)
    rows = [_row(run) for run in runs]
    table(
        list(rows[0]),
        ([*row.values()] for row in rows),
        caption=_("Result of each run: loss, accuracy, parameters and time."),
    )
    with st.container(horizontal=True):
        st.download_button(
            _("Everything recorded as JSON"),
            data=lambda: _all_json(runs),
            file_name=f"race-{runs[0].group_id}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="race_export_json",
        )
        st.download_button(
            _("Everything recorded as CSV"),
            data=lambda: _all_csv(runs),
            file_name=f"race-{runs[0].group_id}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="race_export_csv",
        )
    if _have_weights(runs):
        st.page_link(
            _INSPECT_PAGE,
            label=_("Look inside these networks"),
            icon=":material/visibility:",
            query_params={"networks": runs[0].group_id},
        )


def _have_weights(runs: Sequence[RunRecord]) -> bool:
    return all(run.state.is_finished() and server.store().checkpoints(run.id) for run in runs)


def _all_json(runs: Sequence[RunRecord]) -> str:
    exported = [export_json(server.store(), run.id) for run in runs]
    return json.dumps({"race": runs[0].group_id, "runs": exported}, ensure_ascii=False)


def _all_csv(runs: Sequence[RunRecord]) -> str:
    text = io.StringIO()
    for run in runs:
        one = io.StringIO()
        export_csv(server.store(), run.id, one)
        header, _newline, rows = one.getvalue().partition("\n")
        text.write(rows if text.tell() else f"{header}\n{rows}")
    return text.getvalue()


def _row(run: RunRecord) -> dict[str, str]:
    facts = run.facts
    return {
        _("Network"): labels.label(labels.ROLES, run.role),
        _("Seed"): str(run.seed),
        _("State"): labels.label(labels.STATES, run.state),
        _("Steps"): f"{run.step:,} / {run.total_steps:,}",
        _("Train loss"): number(facts.get("train_loss")),
        _("Test accuracy"): percent(facts.get("test_accuracy")),
        _("Parameters"): f"{facts['parameters']:,}" if "parameters" in facts else "–",
        _("Images/s"): number(facts.get("samples_per_s")),
        _("Run"): run.id,
        _("Remark"): failure_sentence(run),
    }
