"""The Depth page: settings on top, the sweep below."""

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.images.names import inert
from resnet_viz.jobs.experiments import (
    cells_of,
    experiment_group,
    extend_experiment,
    spec_of,
    start_experiment,
)
from resnet_viz.jobs.promises import keep_promise
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server, style
from resnet_viz.ui.depth import style as depth_style
from resnet_viz.ui.depth.estimate import known_estimate
from resnet_viz.ui.depth.form import Asked, depth_form
from resnet_viz.ui.depth.panel import depth_panel
from resnet_viz.ui.depth.recent import recent_sweeps
from resnet_viz.ui.depth.recorded import show_recorded_sweep
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.permissions import owner


def depth_page() -> None:
    """Everything on the page."""
    style.apply()
    depth_style.apply()
    st.title(_("Depth"), anchor=False)
    st.markdown(
        _(
            "What happens as networks get deeper? The same settings at many depths, with and without "
            "skip connections. Every point was measured in one run."
        )
    )
    DEPTH_FORM.take_over_link()
    current = _open_sweep()
    with st.container(border=True, key="depth_form_card"):
        asked, place = depth_form()
        title, icon, enabled = _button(current, asked)
        pressed = place.button(
            title, type="primary", icon=icon, disabled=not enabled, width="stretch", key="depth_start"
        )
    if pressed and asked is not None:
        _start(current, asked)
        st.rerun()  # the form was drawn for what was there before
    asked_id = DEPTH_FORM.group_id()
    if asked_id is not None and current is None:
        st.warning(
            _("There is no sweep {id} in the history of this machine.").format(id=inert(asked_id[:40])),
            icon=":material/search_off:",
        )
    recent_sweeps(asked_id)
    if current is not None:
        depth_panel(current)
    else:
        show_recorded_sweep()


def _open_sweep() -> GroupRecord | None:
    named = DEPTH_FORM.group_id()
    if named is None:
        return None
    try:
        group = experiment_group(server.store(), named, SWEEP)
    except NotFound:
        return None
    # A beginning is enough on the command line; a link must name the sweep.
    return group if group.id == named else None


def _extends(current: GroupRecord | None, asked: Asked) -> bool:
    """Whether what is asked for is the open sweep and more, and the sweep is this person's."""
    if current is None or current.owner != owner():
        return False
    have = {cell.run.digest() for cell in spec_of(current).cells()}
    wanted = {cell.run.digest() for cell in asked.spec.cells()}
    return have < wanted


def _is_same(current: GroupRecord | None, asked: Asked) -> bool:
    return current is not None and {c.run.digest() for c in spec_of(current).cells()} == {
        c.run.digest() for c in asked.spec.cells()
    }


def _button(current: GroupRecord | None, asked: Asked | None) -> tuple[str, str, bool]:
    """What the primary button says, its picture, and whether it can be pressed."""
    start = _("Start the sweep"), ":material/play_arrow:"
    if asked is None:
        return *start, False
    if _extends(current, asked):
        return _("Extend the sweep"), ":material/add_chart:", True
    if current is not None and _is_same(current, asked):
        states = {place.state for place in cells_of(server.store(), current)}
        moving = states & {RunState.QUEUED, RunState.RUNNING, RunState.PAUSED}
        if moving or states <= {RunState.FINISHED, RunState.DIVERGED}:
            return *start, False
        return _("Continue the sweep"), ":material/play_arrow:", True
    return *start, True


def _start(current: GroupRecord | None, asked: Asked) -> None:
    """Queue what is missing and make the link name the sweep."""
    expected = known_estimate(asked.spec)
    store = server.store()
    if current is not None and _extends(current, asked):
        group = extend_experiment(store, current.id, asked.spec)
    else:
        group = start_experiment(store, SWEEP, asked.spec, owner())
    keep_promise(store, group.id, expected, asked.missing)
    server.wake()
    DEPTH_FORM.show(group.id)
