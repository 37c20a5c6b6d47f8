"""The page of a kind of experiment: settings on top, what they led to below."""

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.events import RunState
from resnet_viz.images.names import inert
from resnet_viz.jobs.calibrate import known_estimate
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
from resnet_viz.ui import server
from resnet_viz.ui.experiment.form import Asked, experiment_form
from resnet_viz.ui.experiment.panel import panel
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.experiment.recent import recent
from resnet_viz.ui.permissions import owner


def experiment_page(parts: Parts) -> None:
    """Everything on the page."""
    st.title(_(parts.page.title), anchor=False)
    st.markdown(_(parts.words.intro))
    parts.form.take_over()
    current = _open(parts)
    page = parts.kind.page
    with st.container(border=True, key=f"{page}_form_card"):
        asked, place = experiment_form(parts)
        title, icon, enabled = _button(parts, current, asked)
        pressed = place.button(
            title, type="primary", icon=icon, disabled=not enabled, width="stretch", key=f"{page}_start"
        )
    if pressed and asked is not None:
        _start(parts, current, asked)
        st.rerun()  # the form was drawn for what was there before
    asked_id = parts.form.group_id()
    if asked_id is not None and current is None:
        st.warning(_(parts.words.unknown).format(id=inert(asked_id[:40])), icon=":material/search_off:")
    recent(parts, asked_id)
    if current is not None:
        panel(parts, current)
    else:
        parts.when_empty(None if asked is None else asked.spec)


def _open(parts: Parts) -> GroupRecord | None:
    named = parts.form.group_id()
    if named is None:
        return None
    try:
        group = experiment_group(server.store(), named, parts.kind)
    except NotFound:
        return None
    # A beginning is enough on the command line; a link must name the experiment.
    return group if group.id == named else None


def _extends(current: GroupRecord | None, asked: Asked) -> bool:
    """Whether what is asked for is the open experiment and more, and the experiment is this person's."""
    if current is None or current.owner != owner():
        return False
    return {*spec_of(current).runs()} < {*asked.spec.runs()}


def _button(parts: Parts, current: GroupRecord | None, asked: Asked | None) -> tuple[str, str, bool]:
    """What the primary button says, its picture, and whether it can be pressed."""
    start = _(parts.words.start), ":material/play_arrow:"
    if asked is None:
        return *start, False
    if _extends(current, asked):
        return _(parts.words.extend), ":material/add_chart:", True
    if parts.kind.reuses and current is not None and {*spec_of(current).runs()} == {*asked.spec.runs()}:
        states = {place.state for place in cells_of(server.store(), current)}
        moving = states & {RunState.QUEUED, RunState.RUNNING, RunState.PAUSED}
        if moving or states <= {RunState.FINISHED, RunState.DIVERGED}:
            return *start, False
        return _(parts.words.go_on), ":material/play_arrow:", True
    return *start, True


def _start(parts: Parts, current: GroupRecord | None, asked: Asked) -> None:
    """Queue what is missing and make the link name the experiment."""
    store = server.store()
    expected = known_estimate(store, asked.spec) if parts.kind.reuses else None
    if current is not None and _extends(current, asked):
        group = extend_experiment(store, current.id, asked.spec)
    else:
        group = start_experiment(store, parts.kind, asked.spec, owner())
    keep_promise(store, group.id, expected, asked.missing)
    server.wake()
    parts.form.show(group.id)
