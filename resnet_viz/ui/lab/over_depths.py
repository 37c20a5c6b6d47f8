"""A question over depths: its key number at every depth that the page offers, asked for with one button."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.answers import Asking, ask, asking, known, recorded
from resnet_viz.lab.over_depths import (
    can_be_asked_over_depths,
    chart_of_depths,
    depths_panel,
    offered_at,
)
from resnet_viz.lab.panel import panel_figure
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.store import MeasurementRecord, home_folder
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.permissions import owner

_HEIGHT_PX: Final = 360

Records = tuple[MeasurementRecord | None, ...]
"""Of the question at every depth; None where nobody has asked."""


def over_depths(asked: Asking) -> None:
    """Folded away until asked for; nothing where the networks have the depth that they have.

    Where every answer has all depths, it says where.
    """
    if (chart := chart_of_depths(asked.question)) is not None:
        st.caption(_("This question over depths: in the chart “{chart}”.").format(chart=_(chart)))
        return
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
            st.fragment(_answers)(asked)


@in_readers_language
def _answers(asked: Asking) -> None:
    source = _AtDepths(tuple(offered_at(asked)))
    records = source.read()
    moving = [record for record in records if record is not None and not record.state.is_finished()]
    following = Following(source, records, _stamp, key="lab_depths", moving=bool(moving))
    found = _found(source.every, records)
    measured = [one for one, _result in found]
    missing = [one for one in source.every if one not in measured]
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
            _("{done} of {all} depths are measured.").format(done=len(found), all=len(source.every)),
            width="content",
        )
    if found:
        following.chart(
            ("over_depths", asked.question.name, str(asked.settings)),
            partial(_figure, source.every),
            _stamp,
            key=f"lab_depths_{asked.question.name}_chart",
            filename=f"lab-{asked.question.name}-over-depths",
            height_px=_HEIGHT_PX,
        )
    following.begin()


class _AtDepths(NamedTuple):
    """A question at every depth, to be followed."""

    every: tuple[Asking, ...]

    @property
    def key(self) -> Hashable:
        return home_folder(), "over depths", self.every[0].question.name, str(self.every[0].settings)

    def read(self) -> Records:
        """How they stand."""
        return tuple(known(server.store(), one) for one in self.every)


def _stamp(records: Records) -> str:
    return " ".join("–" if record is None else record.state for record in records)


def _figure(every: Sequence[Asking], records: Records) -> Figure:
    return panel_figure(depths_panel(_found(every, records)))


def _found(every: Sequence[Asking], records: Records) -> list[tuple[Asking, Frame]]:
    """The finished answers, measured here or recorded."""
    found = ((one, _result(one, record)) for one, record in zip(every, records, strict=True))
    return [(one, result) for one, result in found if result is not None]


def _result(asked: Asking, record: MeasurementRecord | None) -> Frame | None:
    if record is not None and record.state is RunState.FINISHED:
        return record.result
    if asked == asking(asked.question) and (came := recorded(asked.question.name)) is not None:
        return came.result
    return None


def _ask(missing: list[Asking]) -> None:
    for one in missing:
        ask(server.store(), one, owner())
    server.wake()


def _stop(measurement_ids: list[str]) -> None:
    for one in measurement_ids:
        server.store().measurements.stop(one)
