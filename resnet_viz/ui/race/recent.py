"""Races of this browser, to be opened again."""

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import labels, server
from resnet_viz.ui.linked_form import RACE_FORM
from resnet_viz.ui.permissions import owner
from resnet_viz.wording import with_commas

_SHOWN = 8


def recent_races(current: str | None) -> None:
    """A button for each of the latest races except the one that is open."""
    found = server.store().groups(kind="race", owner=owner(), limit=_SHOWN + 1)
    groups = [group for group in found if group.id != current]
    if not groups:
        return
    with st.expander(_("Earlier races"), icon=":material/history:"):
        for group in groups[:_SHOWN]:
            _entry(group)


def _entry(group: GroupRecord) -> None:
    try:
        race = Experiment.from_json(group.spec_json)
    except InvalidSetting:
        st.caption(_("Race {id} was recorded by another version of this app.").format(id=group.id))
        return
    states = {run.state for run in server.store().runs(group=group.id)}
    seeds = (
        _("seeds {first}–{last}").format(first=race.run.train.seed, last=race.run.train.seed + race.seeds - 1)
        if race.seeds > 1
        else _("seed {seed}").format(seed=race.run.train.seed)
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            RACE.title_of(race),
            key=f"race_open_{group.id}",
            icon=":material/open_in_new:",
            on_click=RACE_FORM.open,
            args=(group.id, RACE.preset_of(race), race),
            type="tertiary",
        )
        details = [
            _("{steps} steps").format(steps=f"{race.run.train.steps:,}"),
            seeds,
            with_commas(sorted(labels.label(labels.STATES, state) for state in states)),
        ]
        st.caption(" · ".join(details), width="content")
