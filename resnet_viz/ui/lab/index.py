"""All questions: rows of cards, each with its last answer."""

from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import RunState
from resnet_viz.lab.answers import asking, known, recorded
from resnet_viz.lab.question import ROWS, Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.ui import server
from resnet_viz.ui.lab.link import ABOUT, LINK, QUESTION, STEP
from resnet_viz.ui.lab.thumbnail import thumbnail
from resnet_viz.wording import duration

NEEDS: Final = {
    "start": N_("Random weights"),
    "pair": N_("A trained pair"),
    "training": N_("Trains its own networks"),
}
BADGES: Final = {
    "supports": ":green-badge[:material/check: {text}]",
    "contradicts": ":red-badge[:material/close: {text}]",
    "no_effect": ":gray-badge[:material/equal: {text}]",
    "undecided": ":orange-badge[:material/question_mark: {text}]",
}


class Last(NamedTuple):
    """The last answer to a question, and whether it was measured here."""

    result: Frame
    is_own: bool


def index() -> None:
    """Show all."""
    st.title(_("Lab"), anchor=False)
    st.markdown(
        _(
            "One question at a time, each settled by a measurement on this machine: predict, measure, "
            "compare. Until you have measured one yourself, a recorded result is shown."
        )
    )
    for row, title in ROWS.items():
        there = [one for one in QUESTIONS.values() if one.row == row]
        if not there:
            continue
        st.subheader(_(title), anchor=False)
        with st.grid(columns=3, min_column_width=260, gap="medium"):
            for question in there:
                _card(question)


def last_answer(question: Question) -> Last | None:
    """Of the question at its defaults: the reader's own, else the recorded one."""
    try:
        record = known(server.store(), asking(question))
    except ResnetVizError:
        record = None
    if record is not None and record.state is RunState.FINISHED and record.result is not None:
        return Last(record.result, True)
    found = recorded(question.name)
    return Last(found.result, False) if found else None


def badge(question: Question, result: Frame) -> str:
    """The outcome of ``result``, as Markdown."""
    finding = question.find(result)
    outcome = "undecided" if finding is None else finding.outcome.value
    return BADGES[outcome].format(text=question.outcome_in_words(finding))


def open_question(name: str) -> None:
    """Go to the sheet of ``name``, or to the index; for callbacks.

    What it is about stays; settings do not, since other questions have some of the same names.
    """
    kept = {parameter: text for parameter, text in LINK.all_said().items() if parameter in (ABOUT, STEP)}
    LINK.say(kept)
    LINK.choose_now(QUESTION, name)
    for setting in QUESTIONS[name].settings if name else ():
        LINK.choose_now(setting.name, setting.default)


def _card(question: Question) -> None:
    last = last_answer(question)
    with st.container(border=True, height="stretch", key=f"lab_card_{question.name}"):
        st.button(
            _(question.title),
            key=f"lab_open_{question.name}",
            type="tertiary",
            on_click=open_question,
            args=(question.name,),
        )
        st.caption(_(question.short))
        if last is None:
            st.caption(_(NEEDS[question.needs]))
            return
        picture = thumbnail(question, last.result)
        if picture is not None:
            st.image(picture.svg, alt=picture.alt, width="stretch")
        took = duration(last.result.values["wall_s"])
        whose = _("measured here, {time}") if last.is_own else _("recorded, {time}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(badge(question, last.result), width="content")
            st.caption(f"{_(NEEDS[question.needs])} · {whose.format(time=took)}", width="content")
