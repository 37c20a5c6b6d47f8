"""The button that starts what the form asks for, and what that means while something else trains."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.events import RunState
from resnet_viz.jobs.calibrate import known_estimate
from resnet_viz.jobs.experiments import (
    cells_of,
    extend_experiment,
    spec_of,
    start_experiment,
    stop_experiment,
)
from resnet_viz.jobs.promises import keep_promise
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord
from resnet_viz.ui import server
from resnet_viz.ui.experiment.form import Asked
from resnet_viz.ui.experiment.parts import Parts
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.press import pressed

_MOVING: Final = frozenset({RunState.QUEUED, RunState.RUNNING, RunState.PAUSED})


def start_button(
    place: DeltaGenerator, parts: Parts, current: GroupRecord | None, asked: Asked | None
) -> None:
    """Show the button in ``place``, and start when it is pressed.

    While others train it opens a choice that says what will happen.
    """
    title, icon, enabled = _button(parts, current, asked)
    key = f"{parts.kind.page}_start"
    stop = False
    trained = _in_training()
    if asked is None or not (enabled and asked.missing and trained) or _extends(current, asked):
        start = pressed(
            place.button, title, type="primary", icon=icon, disabled=not enabled, width="stretch", key=key
        )
    else:
        with place.popover(title, icon=icon, width="stretch", key=f"{key}_choice"):
            st.markdown(_what_will_happen(asked, trained))
            start = pressed(st.button, title, type="primary", icon=icon, width="stretch", key=key)
            if current is not None and _is_own(current) and _moves(current):
                stop = pressed(
                    st.button,
                    _("Stop what is shown, then start"),
                    icon=":material/stop_circle:",
                    width="stretch",
                    key=f"{key}_instead",
                )
    if asked is not None and (start or stop):
        if stop and current is not None:
            stop_experiment(server.store(), current.id)
        _start(parts, current, asked)
        st.rerun()  # the form was drawn for what was there before


def _in_training() -> int:
    """How many runs compute, or wait for it."""
    entries = server.store().queue.entries([RunState.RUNNING, RunState.QUEUED])
    return sum(not entry.is_measurement for entry in entries)


def _what_will_happen(asked: Asked, trained: int) -> str:
    slots = server.slots(asked.spec.run.train.device)
    if trained + len(asked.missing) <= slots:
        return _("Something else trains on this machine. There is room: the new runs start beside it.")
    return _(
        "Something else trains on this machine, at most {slots} runs at a time. The new runs wait in the "
        "queue until a place is free."
    ).format(slots=slots)


def _is_own(current: GroupRecord) -> bool:
    return current.owner == owner()


def _moves(current: GroupRecord) -> bool:
    return any(place.state in _MOVING for place in cells_of(server.store(), current))


def _extends(current: GroupRecord | None, asked: Asked) -> bool:
    """Whether what is asked for is the open experiment and more, and the experiment is this person's."""
    if current is None or not _is_own(current):
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
        if states & _MOVING or states <= {RunState.FINISHED, RunState.DIVERGED}:
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
