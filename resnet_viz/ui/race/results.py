"""What came out of each run, as a table and as files."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels, pages, server
from resnet_viz.ui.downloads import download_buttons, everything_recorded
from resnet_viz.ui.race.status import failure_sentence
from resnet_viz.ui.table import table
from resnet_viz.wording import number


def results(runs: Sequence[RunRecord]) -> None:
    """One row a run, and everything recorded of them to download."""
    st.subheader(_("Results"), anchor=False)
    rows = [_row(run) for run in runs]
    table(
        list(rows[0]),
        ([*row.values()] for row in rows),
        caption=_("Result of each run: loss, accuracy, parameters and time."),
    )
    if any(labels.is_old(run.facts.get("test_statistics")) for run in runs):
        st.caption(_(labels.OLD_ACCURACY))
    group_id = str(runs[0].group_id)
    recorded = everything_recorded("race", group_id, [run.id for run in runs], f"race-{group_id}")
    download_buttons("race", recorded)
    if _have_weights(runs):
        st.page_link(
            pages.INSPECT.path,
            label=_("Inspect these networks"),
            icon=":material/visibility:",
            query_params={"networks": runs[0].group_id},
        )


def _have_weights(runs: Sequence[RunRecord]) -> bool:
    return all(run.state.is_finished() and server.store().checkpoints(run.id) for run in runs)


def _row(run: RunRecord) -> dict[str, str]:
    facts = run.facts
    return {
        _("Network"): labels.label(labels.ROLES, run.role),
        _("Seed"): str(run.seed),
        _("State"): labels.label(labels.STATES, run.state),
        _("Steps"): f"{run.step:,} / {run.total_steps:,}",
        _("Training loss"): number(facts.get("train_loss")),
        _("Test accuracy"): labels.accuracy(facts.get("test_accuracy"), facts.get("test_statistics")),
        _("Parameters"): f"{facts['parameters']:,}" if "parameters" in facts else "–",
        _("Images/s"): number(facts.get("samples_per_s")),
        _("Run"): run.id,
        _("Remark"): failure_sentence(run),
    }
