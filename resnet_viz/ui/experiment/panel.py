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
from resnet_viz.ui.experiment.view import ExperimentSource, ExperimentView, Standing, read_view, stamp
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.permissions import owner


def panel(parts: Parts, group: GroupRecord) -> None:
    """Show the experiment, live while something in it moves."""
    st.fragment(_panel)(parts, group, read_view(group).settled)


@in_readers_language
def _panel(parts: Parts, group: GroupRecord, was_settled: bool) -> None:
    source = ExperimentSource(group)
    standing = source.read()
    if standing.view.settled != was_settled:
        st.rerun()  # lets the rest of the page know
    following = Following(source, standing, stamp, key=parts.kind.page, moving=not was_settled)
    _show(parts, standing, following)
    following.begin()


def _show(parts: Parts, standing: Standing, following: Following[Standing]) -> None:
    view, cells = standing
    title, buttons = st.columns([5, 6], vertical_alignment="center")
    title.header(view.group.name or parts.kind.title_of(view.spec), anchor=False)
    if view.runs or parts.kind.reuses:
        with buttons:
            controls(view)
    with st.container():  # what stands below stays where it is in the page, or charts would be drawn anew
        show_deleted(view)
    if view.runs or parts.kind.reuses:
        with st.container():
            if view.settled or (view.kind.reuses and view.finished):
                _judge(parts, view, cells)
        parts.status(standing, following)
        show_fairness(view, cells)
        parts.charts(standing, following)
        results(standing, following, parts.columns)
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
