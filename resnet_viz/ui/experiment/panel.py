"""An experiment while it runs and after: controls, verdict, status, fairness, charts, results."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.experiment.controls import controls
from resnet_viz.ui.experiment.deleted import show_deleted
from resnet_viz.ui.experiment.fairness import show_fairness
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.experiment.results import results
from resnet_viz.ui.experiment.verdict import say_incomparable, show_verdict
from resnet_viz.ui.experiment.view import ExperimentView, read_cells, read_view
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner


def panel(parts: Parts, group: GroupRecord) -> None:
    """Show the experiment, live while something in it moves."""
    moving = not read_view(group).settled
    st.fragment(_panel, run_every=parts.refresh_s if moving else None)(parts, group, moving)


@in_readers_language
def _panel(parts: Parts, group: GroupRecord, was_moving: bool) -> None:
    view = read_view(group)
    if view.settled == was_moving:
        # Begins or ends the refreshing, and lets the rest of the page know.
        st.rerun()
    _show(parts, view)


def _show(parts: Parts, view: ExperimentView) -> None:
    cells = read_cells(view)
    title, buttons = st.columns([5, 6], vertical_alignment="center")
    title.header(view.group.name or parts.kind.title_of(view.spec), anchor=False)
    if view.runs or parts.kind.reuses:
        with buttons:
            controls(view)
    show_deleted(view)
    if view.runs or parts.kind.reuses:
        if view.settled or (view.kind.reuses and view.finished):
            _judge(parts, view, cells)
        parts.status(view, cells)
        show_fairness(view, cells)
        parts.charts(view, cells)
        results(view, cells, parts.columns)
    if view.settled:
        st.button(
            _("Run again with another seed"),
            icon=":material/casino:",
            on_click=_again,
            args=(parts, view.spec),
            key=f"{parts.kind.page}_again",
        )


def _judge(parts: Parts, view: ExperimentView, cells: Sequence[CellHistory]) -> None:
    """The verdict; where nothing is trained anew by itself, on the seeds of which all networks are left.

    A network type of which nothing is left does not count, where others can still be compared.
    """
    spec = view.spec
    if not view.kind.reuses:
        there = {cell.family for cell in cells}
        families = tuple(name for name in spec.families if name in there)
        if len(families) < 2:
            families = spec.families
        lacking = {p.cell.seed for p in view.cells if p.run is None and p.cell.family in families}
        seeds = {place.cell.seed for place in view.cells} - lacking
        if not seeds:
            say_incomparable(len(spec.families))
            return
        spec = spec.but(families=families, seeds=len(seeds))
        cells = [cell for cell in cells if cell.seed in seeds]
    show_verdict(parts.kind, spec, cells, parts.evidence)


@in_readers_language
def _again(parts: Parts, spec: Experiment) -> None:
    following = spec.with_next_seeds()
    group = start_experiment(server.store(), parts.kind, following, owner())
    server.wake()
    parts.form.open(group.id, parts.kind.preset_of(following), following)
