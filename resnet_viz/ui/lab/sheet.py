"""The sheet of one question: predict, measure, see, and change one thing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound, ResnetVizError
from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import RACE
from resnet_viz.inspection.bundled import BUNDLED, TITLES, pairs_here
from resnet_viz.jobs.experiments import spec_of
from resnet_viz.lab.answers import Asking, ask, asking, known, prediction_key, recorded
from resnet_viz.lab.costs import times_longer
from resnet_viz.lab.question import Question, Setting, Value
from resnet_viz.lab.subjects import races, steps_of
from resnet_viz.locale import gettext as _
from resnet_viz.store import MeasurementRecord
from resnet_viz.ui import server
from resnet_viz.ui.lab.answer import no_answer_yet, show_answer, show_recorded
from resnet_viz.ui.lab.index import NEEDS, open_question
from resnet_viz.ui.lab.link import ABOUT, LINK, STEP
from resnet_viz.ui.lab.over_depths import over_depths
from resnet_viz.ui.lab.predict import predict, said_before
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.press import pressed
from resnet_viz.ui.translated import key_in_language
from resnet_viz.wording import after_steps, duration, running_text

_RACES_LISTED = 12
_LEAST_S = 1.0
"""Nothing is measured in less: the process that measures has to begin."""
_NEWEST = 0
"""Stands for the newest checkpoint."""


def sheet(question: Question) -> None:
    """Everything on it: what is asked on the left, what came on the right, so that both are seen at once."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lab_head"):
        st.title(_(question.title), anchor=False, width="content")
        st.button(
            _("All questions"),
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=open_question,
            args=("",),
            key="lab_do_leave",
        )
    left, right = st.columns([1, 2], gap="medium")
    with left:
        short = _("{short}.").format(short=_(question.short))
        st.markdown(running_text((short, _(question.regime) if question.regime else "")))
        asked = _controls(question)
    try:
        values, about = asked.values(server.store()), asked.subjects(server.store())
        record = known(server.store(), asked)
    except ResnetVizError as refusal:
        right.error(str(refusal), icon=":material/block:")
        return
    key = prediction_key(values)
    prediction = server.store().predictions.of(owner(), key)
    if said := running_text(about.said(takes_one=asked.takes_one_pair)):
        left.caption(said)
    if record is None or record.state in (RunState.STOPPED, RunState.FAILED, RunState.LOST):
        with left:
            _measure_row(question, asked, values, key, prediction, record)
    with right:
        _answer(asked, record, prediction)
        over_depths(asked)


def _answer(asked: Asking, record: MeasurementRecord | None, prediction: object) -> None:
    """What there is of one: measured here, or recorded, or from other settings."""
    if record is not None and (record.result is not None or not record.state.is_finished()):
        show_answer(asked, record, prediction)
        return
    found = recorded(asked.question.name)
    if found is not None and asked == asking(asked.question):
        show_recorded(asked, found)
    else:
        no_answer_yet(asked)


def _controls(question: Question) -> Asking:
    """What it is about and what may be changed."""
    about, step = BUNDLED, _NEWEST
    settings: dict[str, Value] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="lab_controls"):
        if question.needs == "pair":
            about = _about()
            steps = _steps(about)
            if len(steps) > 1:
                step = LINK.choose(
                    STEP,
                    [_NEWEST, *steps],
                    _NEWEST,
                    lambda key: st.selectbox(
                        _("Checkpoint"),
                        [_NEWEST, *steps],
                        format_func=lambda at: _("newest") if at == _NEWEST else after_steps(at),
                        key=key,
                        width=180,
                    ),
                )
        for setting in question.settings:
            settings[setting.name] = _setting(setting)
        if settings != question.defaults:
            st.button(
                _("Back to the defaults"),
                icon=":material/undo:",
                type="tertiary",
                on_click=_reset,
                args=(question,),
                key="lab_do_reset",
            )
    return asking(question, about, step or None, settings)


def _about() -> str:
    own = {group.id: group for group in races(server.store(), owner(), _RACES_LISTED)}
    options = [*pairs_here(), *own]
    linked = LINK.said(ABOUT)
    if linked and linked not in options and _exists(linked):
        options.append(linked)

    def title(reference: str) -> str:
        if reference in TITLES:
            return _(TITLES[reference])
        try:
            group = own.get(reference) or server.store().group(reference)
            return f"{group.name or RACE.title_of(spec_of(group))} · {group.id}"
        except (InvalidSetting, NotFound):  # no experiment, or a run
            return reference

    return LINK.choose(
        ABOUT,
        options,
        BUNDLED,
        lambda key: st.selectbox(_("Networks"), options, format_func=title, key=key, width=320),
    )


def _exists(reference: str) -> bool:
    try:
        return bool(steps_of(server.store(), reference))
    except (NotFound, InvalidSetting):
        return False


def _steps(about: str) -> tuple[int, ...]:
    try:
        return steps_of(server.store(), about)
    except (NotFound, InvalidSetting):  # the answer says so
        return ()


def _setting(setting: Setting) -> Value:
    options = list(setting.options)
    chosen: Value = LINK.choose(
        setting.name,
        options,
        setting.default,
        lambda key: st.segmented_control(
            _(setting.label),
            options,
            format_func=lambda value: (
                _(setting.texts[value])
                if value in setting.texts
                else f"{value:,}"
                if isinstance(value, int) and not isinstance(value, bool)
                else str(value)
            ),
            key=key,
            required=True,
            help=_(setting.help) or None,
            width="content",
        ),
    )
    return chosen


def _reset(question: Question) -> None:
    for setting in question.settings:
        LINK.choose_now(setting.name, setting.default)


def _measure_row(
    question: Question,
    asked: Asking,
    told: Mapping[str, Any],
    key: str,
    prediction: object,
    record: MeasurementRecord | None,
) -> None:
    """Say what is expected, then measure."""
    with st.container(border=True, key="lab_measure"):
        if record is not None and record.failure is not None:
            st.error(str(record.failure), icon=":material/error:")
        expected = predict(question)
        with st.container(horizontal=True, vertical_alignment="center"):
            go = pressed(
                st.button,
                _("Measure"),
                type="primary",
                icon=":material/science:",
                key=key_in_language("lab_do_measure"),
            )
            st.caption(_how_long(asked, told), width="content")
            if said := said_before(question, prediction):
                st.caption(_("You said: {said}.").format(said=said), width="content")
        if go:
            if expected is not None:
                server.store().predictions.keep(owner(), key, expected)
            ask(server.store(), asked, owner())
            server.wake()
            st.rerun()


def _how_long(asked: Asking, told: Mapping[str, Any]) -> str:
    found = recorded(asked.question.name)
    needs = _(NEEDS[asked.question.needs])
    if found is None:
        return needs
    took = duration(found.result.values["wall_s"])
    longer = times_longer(asked, told)
    if longer == 1:
        return f"{needs} · " + _("took {time} on {machine}").format(time=took, machine=found.machine)
    expected = _("about {time} with these settings, from {took} with the defaults on {machine}").format(
        time=duration(max(_LEAST_S, longer * found.result.values["wall_s"])),
        took=took,
        machine=found.machine,
    )
    return f"{needs} · {expected}"
