"""An answer: charts while it is measured, then the sentence, why, what is published, and its limits."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.events import RunState
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.answers import Asking, Recorded
from resnet_viz.lab.pairs import unpacked
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.store import MeasurementRecord, home_folder
from resnet_viz.ui import server
from resnet_viz.ui.lab.index import badge
from resnet_viz.ui.lab.predict import gap, with_prediction
from resnet_viz.ui.lab.take_away import measured_here, offer
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following, still
from resnet_viz.ui.live.progress import progress_html

_SHOWN: Final = "lab_shown"
"""In the session, by question: the answer on screen and the one before it."""
_HEIGHT_PX: Final = 420


class _Seen(NamedTuple):
    asked: Asking
    result: Frame


def show_answer(asked: Asking, record: MeasurementRecord, prediction: object) -> None:
    """The answer in ``record``, live while it is measured."""
    st.fragment(_live)(asked, record.id, record.state.is_finished(), prediction)


def show_recorded(asked: Asking, found: Recorded) -> None:
    """The answer that came with the app."""
    label = _("Recorded on {machine}, {date}").format(machine=found.machine, date=found.made)
    with st.expander(
        label, icon=":material/movie:", expanded=True, key=f"lab_recorded_{asked.question.name}"
    ):
        measured = (found.machine, found.made)
        _whole(asked, found.result, None, _before(asked, found.result), measured)


def no_answer_yet(asked: Asking) -> None:
    """Nothing measured for these settings; the last answer stays to be seen."""
    seen = _seen(asked.question)
    st.info(_("Not measured yet with these settings."), icon=":material/hourglass_empty:")
    if seen:
        following = still(seen[-1].result)
        for index, panel in enumerate(asked.question.panels(seen[-1].result)):
            if isinstance(panel, Panel):
                ghost = replace(panel, series=()).beside(panel)
                _chart(following, asked.question, index, partial(_shown, ghost), "before")


@in_readers_language
def _live(asked: Asking, measurement_id: str, was_finished: bool, prediction: object) -> None:
    source = _Measured(measurement_id)
    record = source.read()
    if record.state.is_finished() and not was_finished:
        st.rerun()
    result = record.result
    if record.state is RunState.FINISHED and result is not None:
        measured = measured_here(record)
        _whole(asked, result, prediction, _before(asked, result), measured)
        return
    following = Following(
        source, record, partial(_stamp, asked.question), key="lab_answer", moving=not was_finished
    )
    if not was_finished:
        with st.container(horizontal=True, vertical_alignment="center", key="lab_progress"):
            with st.container(width="stretch"):
                following.text("progress", partial(_progress, _(asked.question.title)))
            st.button(
                _("Stop"), icon=":material/stop:", on_click=_stop, args=(measurement_id,), key="lab_do_stop"
            )
    else:
        st.info(_("Stopped; this is what there was by then."), icon=":material/stop_circle:")
    if result is not None:
        for index in range(len(asked.question.panels(result))):
            draw = partial(_figure_of, asked.question.name, index)
            following.chart(
                (asked.question.name, index),
                draw,
                _share,
                key=f"lab_{asked.question.name}_{index}",
                filename=f"lab-{asked.question.name}-{index + 1}",
                height_px=_HEIGHT_PX,
            )
    following.begin()


class _Measured(NamedTuple):
    """A measurement, to be followed."""

    measurement_id: str

    @property
    def key(self) -> Hashable:
        return home_folder(), "measurement", self.measurement_id

    def read(self) -> MeasurementRecord:
        """How it stands; raises `NotFound` where it is gone."""
        return server.store().measurements.get(self.measurement_id)


def _stamp(question: Question, record: MeasurementRecord) -> str:
    panels = 0 if record.result is None else len(question.panels(record.result))
    return f"{record.state} {panels}"


def _share(record: MeasurementRecord) -> Hashable:
    return record.share, record.state


def _progress(title: str, record: MeasurementRecord) -> str:
    if record.state is RunState.QUEUED:
        text = _("Waiting for a free slot …")
    else:
        text = _("{share} measured").format(share=f"{record.share:.0%}")
    return progress_html(record.share, text, name=title)


def _stop(measurement_id: str) -> None:
    server.store().measurements.stop(measurement_id)


def _figure_of(name: str, index: int, record: MeasurementRecord) -> Figure:
    assert record.result is not None  # a chart is offered once there is something to draw
    return _figure(QUESTIONS[name].panels(record.result)[index])


def _figure(panel: Panel | Figure) -> Figure:
    return panel_figure(panel) if isinstance(panel, Panel) else panel


def _shown(panel: Panel | Figure, _read: Frame) -> Figure:
    return _figure(panel)


def _whole(
    asked: Asking, result: Frame, prediction: object, before: Frame | None, measured: Sequence[str]
) -> None:
    """A finished answer; ``measured`` says where and when, for a picture of it."""
    question = asked.question
    finding = question.find(result)
    with st.container(key="lab_finding", gap="small"):
        if finding is None:
            st.markdown(_("There is too little yet to tell."))
        else:
            st.markdown(f"#### {finding.sentence}")
            claim = _("Claim: {claim}").format(claim=_(question.expected))
            st.markdown(f"{badge(question, result)} {claim}")
            if finding.would_tell is not None:
                st.markdown(f":material/lightbulb: {finding.would_tell}")
        if said := gap(question, prediction, result):
            st.markdown(f":material/psychology: {said}")
    following = still(result)
    earlier = {one.name: one for one in question.panels(before) if isinstance(one, Panel)} if before else {}
    for index, panel in enumerate(question.panels(result)):
        shown = panel.beside(earlier.get(panel.name)) if isinstance(panel, Panel) else panel
        shown = with_prediction(question, shown, prediction, result)
        view = "flat"
        if isinstance(shown, Figure) and shown.solid is not None:
            view = _view(question)
            shown = shown.solid if view == "solid" else shown
        _chart(following, question, index, partial(_shown, shown), (asked.settings, prediction, view))
    if question.published:
        st.markdown(
            "\n".join(
                f"- :material/menu_book: {one.figures} ({one.source}). {one.why}"
                for one in question.published
            )
        )
    if finding is not None:
        st.subheader(_("Why"), anchor=False)
        st.markdown(str(finding.why))
    st.subheader(_("What this does not say"), anchor=False)
    st.markdown("\n".join(f"- {_(limit)}" for limit in question.limits_of(len(unpacked(result)))))
    offer(asked, result, measured)


def _view(question: Question) -> str:
    """``flat`` or ``solid``: how a figure is seen that there is in three dimensions too."""
    names = {"flat": _("Map"), "solid": _("3-D")}
    return st.segmented_control(
        _("View"),
        list(names),
        default="flat",
        required=True,
        format_func=names.__getitem__,
        key=f"lab_view_{question.name}",
    )


def _chart(
    following: Following[Frame],
    question: Question,
    index: int,
    draw: Callable[[Frame], Figure],
    variant: object,
) -> None:
    following.chart(
        (question.name, index),
        draw,
        lambda read: (id(read), str(variant)),
        key=f"lab_{question.name}_{index}",
        filename=f"lab-{question.name}-{index + 1}",
        height_px=_HEIGHT_PX,
    )


def _seen(question: Question) -> list[_Seen]:
    found: dict[str, list[_Seen]] = st.session_state.setdefault(_SHOWN, {})
    return found.setdefault(question.name, [])


def _before(asked: Asking, result: Frame) -> Frame | None:
    """The answer to the same question that was on screen before this one."""
    seen = _seen(asked.question)
    if not seen or seen[-1].asked != asked:
        seen.append(_Seen(asked, result))
        del seen[:-2]
    return seen[0].result if len(seen) > 1 else None
