"""A sweep while it runs and after: status, controls, verdict, charts, results."""

from typing import Final

import streamlit as st

from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui.depth.charts import depth_charts
from resnet_viz.ui.depth.controls import depth_controls
from resnet_viz.ui.depth.results import results
from resnet_viz.ui.depth.runs import SweepView, read_cells, read_sweep
from resnet_viz.ui.depth.status import depth_status
from resnet_viz.ui.depth.verdict import show_verdict
from resnet_viz.ui.language import in_readers_language

REFRESH_S: Final = 1.0


def depth_panel(group: GroupRecord) -> None:
    """Show the sweep, live while something in it moves."""
    moving = not read_sweep(group).settled
    st.fragment(_panel, run_every=REFRESH_S if moving else None)(group, moving)


@in_readers_language
def _panel(group: GroupRecord, was_moving: bool) -> None:
    view = read_sweep(group)
    if view.settled == was_moving:
        # Begins or ends the refreshing, and lets the rest of the page know.
        st.rerun()
    _show(view)


def _show(view: SweepView) -> None:
    cells = read_cells(view.cells)
    title, controls = st.columns([5, 6], vertical_alignment="center")
    title.header(view.group.name or SWEEP.title_of(view.spec), anchor=False)
    with controls:
        depth_controls(view)
    depth_status(view, cells)
    if view.finished:
        show_verdict(view.spec, cells)
    depth_charts(view.spec, cells, name=view.group.id)
    st.subheader(_("Results"), anchor=False)
    results(view, cells)
