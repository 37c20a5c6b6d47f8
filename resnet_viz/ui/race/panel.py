"""A race while it runs and after: status, controls, charts, verdict, results."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.history import RunHistory
from resnet_viz.images.names import inert
from resnet_viz.jobs.experiments import spec_of, start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.race.charts import race_charts
from resnet_viz.ui.race.controls import race_controls
from resnet_viz.ui.race.deleted import say_incomparable, show_deleted, whole_seeds
from resnet_viz.ui.race.proof import show_fairness, show_verdict
from resnet_viz.ui.race.results import results
from resnet_viz.ui.race.runs import RaceRuns, read_histories, read_runs
from resnet_viz.ui.race.status import race_status

REFRESH_S: Final = 0.5


def race_panel(group_id: str) -> None:
    """Show the race ``group_id``, live while it runs; a sentence where there is no such race."""
    group = _group(group_id)
    if group is None:
        st.warning(
            _("There is no race {id} in the history of this machine.").format(id=inert(group_id[:40])),
            icon=":material/search_off:",
        )
        return
    race = spec_of(group)
    running = not read_runs(group.id).ended
    st.fragment(_panel, run_every=REFRESH_S if running else None)(group.id, race, running)


def _group(group_id: str) -> GroupRecord | None:
    try:
        group = server.store().group(group_id)
    except NotFound:
        return None
    # A beginning is enough on the command line; a link must name the race.
    return group if group.id == group_id else None


@in_readers_language
def _panel(group_id: str, race: Experiment, was_running: bool) -> None:
    runs = read_runs(group_id)
    if runs.ended == was_running:
        # Begins or ends the refreshing, and lets the rest of the page know.
        st.rerun()
    _show(group_id, race, runs)


def _show(group_id: str, race: Experiment, runs: RaceRuns) -> None:
    histories = read_histories(runs.runs)
    title, controls = st.columns([5, 6], vertical_alignment="center")
    title.header(RACE.title_of(race), anchor=False)
    if runs.runs:
        with controls:
            race_controls(runs, group_id)
    show_deleted(group_id, race, runs.runs)
    if runs.runs:
        if runs.ended:
            _judge(race, runs, histories)
        race_status(runs)
        show_fairness(runs.runs, histories)
        race_charts(histories, group_id)
        results(runs.runs)
    if runs.ended:
        st.button(
            _("Run again with another seed"),
            icon=":material/casino:",
            on_click=_again,
            args=(race,),
            key="race_again",
        )


def _judge(race: Experiment, runs: RaceRuns, histories: Sequence[RunHistory]) -> None:
    """The verdict on the seeds of which both networks are left: of the others nothing more will come."""
    seeds = whole_seeds(runs.runs)
    if not seeds:
        say_incomparable()
        return
    show_verdict(race.but(seeds=len(seeds)), [known for known in histories if known.seed in seeds])


@in_readers_language
def _again(race: Experiment) -> None:
    following = race.with_next_seeds()
    group = start_experiment(server.store(), RACE, following, owner())
    server.wake()
    RACE_FORM.open(group.id, RACE.preset_of(following), following)
