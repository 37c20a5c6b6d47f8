"""Races of this browser, to be opened again."""

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.experiments.links import RACE
from resnet_viz.locale import gettext as _
from resnet_viz.specs import RaceSpec
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


def preset_of(race: RaceSpec) -> str:
    """The preset that ``race`` came from, as far as its settings tell; else custom."""
    return next(name for name in RACE.presets if _is_preset(name, race))


def race_title(race: RaceSpec) -> str:
    """What is raced, in a few words."""
    title = _(RACE.presets[preset_of(race)].title)
    return _("{title} · depth {depth}").format(title=title, depth=race.run.network.depth)


def _entry(group: GroupRecord) -> None:
    try:
        race = RaceSpec.from_json(group.spec_json)
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
            race_title(race),
            key=f"race_open_{group.id}",
            icon=":material/open_in_new:",
            on_click=RACE_FORM.open,
            args=(group.id, preset_of(race), race),
            type="tertiary",
        )
        details = [
            _("{steps} steps").format(steps=f"{race.run.train.steps:,}"),
            seeds,
            with_commas(sorted(labels.label(labels.STATES, state) for state in states)),
        ]
        st.caption(" · ".join(details), width="content")


def _is_preset(name: str, race: RaceSpec) -> bool:
    return not RACE.changed(name, race) and (
        name != "degradation" or race.run.network.depth > RACE.start("shallow").run.network.depth
    )
