"""Pause, single step, continue, stop and retry: wishes written to the store, obeyed by the workers."""

from collections.abc import Callable

import streamlit as st

from resnet_viz.jobs.experiments import (
    experiment_group,
    pause_experiment,
    resume_experiment,
    step_experiment,
    stop_experiment,
)
from resnet_viz.locale import gettext as _
from resnet_viz.store import Store
from resnet_viz.ui import server
from resnet_viz.ui.experiment.view import ExperimentView
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner


def controls(view: ExperimentView) -> None:
    """A button for each thing that can be done; none for people who did not start it."""
    if view.group.owner != owner():
        if not view.settled:
            st.caption(_("Started in another browser: you can watch it, but not control it."))
        return
    going, page = bool(view.active) and not view.stopping, view.kind.page
    buttons = (
        ("pause", _("Pause"), ":material/pause:", pause_experiment, going and not view.pausing),
        ("step", _("Single step"), ":material/skip_next:", step_experiment, view.paused),
        (
            "resume",
            _("Continue"),
            ":material/play_arrow:",
            resume_experiment,
            view.pausing or bool(view.open_cells),
        ),
        ("stop", _("Stop"), ":material/stop:", stop_experiment, going),
    )
    for name, title, icon, action, possible in buttons:
        if possible:
            st.button(title, icon=icon, on_click=_act, args=(action, view.group.id), key=f"{page}_{name}")


def retry_button(view: ExperimentView) -> None:
    """Take up what broke off once more; for those who started the experiment."""
    if view.group.owner == owner():
        st.button(
            _("Retry these runs"),
            icon=":material/replay:",
            on_click=_act,
            args=(resume_experiment, view.group.id),
            key=f"{view.kind.page}_retry",
        )


@in_readers_language
def _act(action: Callable[[Store, str], object], group_id: str) -> None:
    """``action``, where the person asking may have it; a button press is not proof of that."""
    store = server.store()
    if experiment_group(store, group_id).owner == owner():
        action(store, group_id)
        server.wake()
