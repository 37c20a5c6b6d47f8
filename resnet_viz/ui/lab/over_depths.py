"""A question over depths: its key number at every depth that the page offers, asked for with one button."""

from functools import partial
from typing import Final

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.answers import Asking, ask, asking, known, recorded
from resnet_viz.lab.over_depths import can_be_asked_over_depths, depths_panel, offered_at
from resnet_viz.lab.panel import panel_figure
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.store import MeasurementRecord
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import still
from resnet_viz.ui.permissions import owner

_LOOK_S: Final = 1.0
_HEIGHT_PX: Final = 360


def over_depths(asked: Asking) -> None:
    """Folded away until asked for; nothing where the networks have the depth that they have."""
    if not can_be_asked_over_depths(asked.question):
        return
    folded = st.expander(
        _("This question over depths"),
        icon=":material/stacked_line_chart:",
        key=f"lab_depths_{asked.question.name}",
        on_change="rerun",
    )
    if folded.open:
        with folded:
            moving = any(_is_under_way(known(server.store(), one)) for one in offered_at(asked))
            st.fragment(_answers, run_every=_LOOK_S if moving else None)(asked, moving)


@in_readers_language
def _answers(asked: Asking, was_moving: bool) -> None:
    every = offered_at(asked)
    records = [known(server.store(), one) for one in every]
    moving = [record for record in records if record is not None and _is_under_way(record)]
    if bool(moving) != was_moving:
        st.rerun()  # so that it is looked at again and again, or no more
    found = [
        (one, result)
        for one, record in zip(every, records, strict=True)
        if (result := _result(one, record)) is not None
    ]
    missing = [one for one in every if all(one != other for other, _result_of in found)]
    with st.container(horizontal=True, vertical_alignment="center"):
        if moving:
            st.button(
                _("Stop"),
                icon=":material/stop:",
                on_click=_stop,
                args=([record.id for record in moving],),
                key="lab_depths_do_stop",
            )
        elif missing:
            st.button(
                _("Measure the other depths"),
                icon=":material/science:",
                on_click=_ask,
                args=(missing,),
                key="lab_depths_do_measure",
            )
        st.caption(
            _("{done} of {all} depths are measured.").format(done=len(found), all=len(every)), width="content"
        )
    if found:
        draw = partial(_figure, found)
        depths = tuple(one.settings["depth"] for one, _result_of in found)
        still(None).chart(
            ("over_depths", asked.question.name),
            draw,
            lambda _nothing: (depths, str(asked.settings)),
            key=f"lab_depths_{asked.question.name}_chart",
            filename=f"lab-{asked.question.name}-over-depths",
            height_px=_HEIGHT_PX,
        )


def _figure(found: list[tuple[Asking, Frame]], _nothing: None) -> Figure:
    return panel_figure(depths_panel(found))


def _result(asked: Asking, record: MeasurementRecord | None) -> Frame | None:
    """The finished answer, measured here or recorded."""
    if record is not None and record.state is RunState.FINISHED:
        return record.result
    if asked == asking(asked.question) and (came := recorded(asked.question.name)) is not None:
        return came.result
    return None


def _is_under_way(record: MeasurementRecord | None) -> bool:
    return record is not None and not record.state.is_finished()


def _ask(missing: list[Asking]) -> None:
    for one in missing:
        ask(server.store(), one, owner())
    server.wake()


def _stop(measurement_ids: list[str]) -> None:
    for one in measurement_ids:
        server.store().measurements.stop(one)
