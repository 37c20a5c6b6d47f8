"""Pause, single step, resume and stop: wishes written to the store, obeyed by the workers."""

import streamlit as st

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.race.runs import RaceRuns, read_runs


def race_controls(race: RaceRuns, group_id: str) -> None:
    """The buttons, each only where it can do something; nothing for people who did not start the race."""
    if race.runs and race.runs[0].owner != owner():
        st.caption(_("Started in another browser: you can watch it, but not control it."))
        return
    buttons = (
        ("pause", _("Pause"), ":material/pause:", _pause, bool(race.active) and not race.pausing),
        ("step", _("Single step"), ":material/skip_next:", _step, race.paused),
        ("resume", _("Continue"), ":material/play_arrow:", _resume, race.pausing or bool(race.resumable)),
        ("stop", _("Stop"), ":material/stop:", _stop, bool(race.active)),
    )
    with st.container(horizontal=True, horizontal_alignment="right", key="race_controls", gap="small"):
        for name, title, icon, action, enabled in buttons:
            st.button(
                title, icon=icon, on_click=action, args=(group_id,), disabled=not enabled, key=f"race_{name}"
            )


def _pause(group_id: str) -> None:
    _wish(group_id, Desired(Wish.PAUSE))


def _step(group_id: str) -> None:
    # To the same step in both networks: the one behind catches up with the one ahead.
    ahead = max((run.step for run in read_runs(group_id).active), default=0)
    _wish(group_id, Desired(Wish.PAUSE, until_step=ahead + 1))


def _resume(group_id: str) -> None:
    _wish(group_id, Desired(Wish.RUN))
    for run in _own(group_id).resumable:
        server.store().resume(run.id)
    server.wake()


def _stop(group_id: str) -> None:
    _wish(group_id, Desired(Wish.STOP))


@in_readers_language
def _wish(group_id: str, desired: Desired) -> None:
    for run in _own(group_id).active:
        if desired.wish is not Wish.PAUSE or run.state is not RunState.QUEUED or not desired.until_step:
            server.store().set_desired(run.id, desired)


def _own(group_id: str) -> RaceRuns:
    """The runs that the person asking may control; a button press is not proof of it."""
    return RaceRuns(tuple(run for run in read_runs(group_id).runs if run.owner == owner()))
