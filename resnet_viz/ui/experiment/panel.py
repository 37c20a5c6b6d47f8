"""An experiment while it runs and after: controls, verdict, status, fairness, charts, results."""

import streamlit as st

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.verdict import Verdict
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.experiment.controls import controls
from resnet_viz.ui.experiment.deleted import show_deleted
from resnet_viz.ui.experiment.fairness import show_fairness
from resnet_viz.ui.experiment.jumps import jumps
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.experiment.results import results
from resnet_viz.ui.experiment.verdict import judged, show_headline, show_verdict
from resnet_viz.ui.experiment.view import ExperimentSource, ExperimentView, Standing, read_view, stamp
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.permissions import owner
from resnet_viz.wording import with_commas


def panel(parts: Parts, group: GroupRecord, asked: Experiment | None) -> None:
    """Show the experiment, live while something in it moves; ``asked``: what the form asks for."""
    st.fragment(_panel)(parts, group, read_view(group).still, asked)


@in_readers_language
def _panel(parts: Parts, group: GroupRecord, was_still: bool, asked: Experiment | None) -> None:
    source = ExperimentSource(group)
    standing = source.read()
    if standing.view.still != was_still:
        st.rerun()  # lets the rest of the page know
    following = Following(source, standing, stamp, key=parts.kind.page, moving=not was_still)
    _show(parts, standing, following, asked)
    following.begin()


def _show(parts: Parts, standing: Standing, following: Following[Standing], asked: Experiment | None) -> None:
    """Nothing that comes while it runs moves what is there: places are kept, and what may grow comes last."""
    view, cells = standing
    page = parts.kind.page
    with st.container(horizontal=True, vertical_alignment="center", key="experiment_head", gap="small"):
        with st.container(width="stretch", gap=None):
            st.header(view.group.name or parts.kind.title_of(view.spec), anchor=False)
            st.caption(parts.in_short(view.spec))
        with st.container(width="content", horizontal=True, gap="small", key=f"{page}_controls"):
            if view.runs or parts.kind.reuses:
                controls(view)
            if view.settled:
                _again_button(parts, view)
    with st.container():  # what stands below stays where it is in the page, or charts would be drawn anew
        _say_what_differs(parts, view.spec, asked)
        show_deleted(view)
    if not view.runs and not parts.kind.reuses:
        return
    following.title(_share_done)
    found = judged(parts.kind, view, cells)
    show_headline(parts.kind, found)
    parts.status(standing, following)
    jumps(parts.sections)

    def between() -> None:
        with st.container():
            parts.cells(standing, following)
        show_verdict(parts.kind, found)
        with st.container(key="experiment_fairness"):
            show_fairness(view, cells)

    parts.charts(standing, following, between)
    results(standing, following, parts.columns)
    if parts.below is not None:
        parts.below(standing, following)
    if isinstance(found, Verdict):
        parts.afterwards(view, found)


def _share_done(standing: Standing) -> str:
    """Of all steps, for the title of the tab; nothing once nothing moves."""
    view = standing.view
    if view.settled:
        return ""
    steps = sum(place.cell.run.train.steps for place in view.cells)
    return f"{sum(run.step for run in view.runs) / steps:.0%}"


def _say_what_differs(parts: Parts, shown: Experiment, asked: Experiment | None) -> None:
    """That the form asks for something else than what is shown, and the way back."""
    if asked is None or {*asked.runs()} == {*shown.runs()}:
        return
    names = [
        _(setting.label) for setting in parts.kind.settings.values() if setting.of(shown) != setting.of(asked)
    ]
    with st.container(horizontal=True, vertical_alignment="center", key=f"{parts.kind.page}_differs"):
        st.caption(
            ":material/info: "
            + _("The settings above ask for something else than what is shown here: {names}.").format(
                names=with_commas(names)
            ),
            width="content",
        )
        st.button(
            _("Use the settings of what is shown"),
            icon=":material/undo:",
            type="tertiary",
            on_click=_take_settings,
            args=(parts, shown),
            key=f"{parts.kind.page}_take_settings",
        )


def _again_button(parts: Parts, view: ExperimentView) -> None:
    st.button(
        _("Another seed"),
        icon=":material/casino:",
        on_click=_again,
        args=(parts, view.spec),
        key=f"{parts.kind.page}_again",
    )


@in_readers_language
def _take_settings(parts: Parts, shown: Experiment) -> None:
    parts.form.open(parts.form.group_id(), parts.kind.preset_of(shown), shown)


@in_readers_language
def _again(parts: Parts, spec: Experiment) -> None:
    following = spec.with_next_seeds()
    group = start_experiment(server.store(), parts.kind, following, owner())
    server.wake()
    parts.form.open(group.id, parts.kind.preset_of(following), following)
