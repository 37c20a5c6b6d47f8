"""Pause, resume, cancel and retry: wishes written to the store, obeyed by the workers."""

import streamlit as st

from resnet_viz.jobs.experiments import experiment_group, pause_experiment, resume_experiment, stop_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.depth.runs import SweepView
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner


def depth_controls(view: SweepView) -> None:
    """The buttons, each only where it can do something; nothing for people who did not start the sweep."""
    if view.group.owner != owner():
        st.caption(_("Started in another browser: you can watch it, but not control it."))
        return
    group_id = view.group.id
    going = bool(view.active)
    buttons = (
        ("pause", _("Pause"), ":material/pause:", _pause, going and not view.pausing),
        ("resume", _("Continue"), ":material/play_arrow:", _resume, view.pausing or bool(view.open_cells)),
        ("cancel", _("Cancel"), ":material/stop:", _cancel, going),
    )
    with st.container(horizontal=True, horizontal_alignment="right", key="depth_controls", gap="small"):
        for name, title, icon, action, enabled in buttons:
            st.button(
                title, icon=icon, on_click=action, args=(group_id,), disabled=not enabled, key=f"depth_{name}"
            )


def retry_button(view: SweepView) -> None:
    """Take up what broke off once more; for those who started the sweep."""
    if view.group.owner == owner():
        st.button(
            _("Retry these runs"),
            icon=":material/replay:",
            on_click=_resume,
            args=(view.group.id,),
            key="depth_retry",
        )


def _pause(group_id: str) -> None:
    if _is_own(group_id):
        pause_experiment(server.store(), group_id)


def _resume(group_id: str) -> None:
    if _is_own(group_id):
        resume_experiment(server.store(), group_id)
        server.wake()


def _cancel(group_id: str) -> None:
    if _is_own(group_id):
        stop_experiment(server.store(), group_id)


@in_readers_language
def _is_own(group_id: str) -> bool:
    """A button press is not proof of it."""
    return experiment_group(server.store(), group_id).owner == owner()
