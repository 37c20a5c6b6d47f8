"""What the reader expects, said before the measurement; to say nothing is allowed."""

from typing import Any

import streamlit as st

from resnet_viz.lab.question import Choices, Guess, Question
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.ui.translated import key_in_language


def predict(question: Question) -> float | str | None:
    """Ask for it; None where the reader says nothing."""
    asked = question.predict
    key = f"lab_predict_{question.name}"
    if isinstance(asked, Choices):
        options = asked.options
        return st.pills(
            _("Predict first: {question}").format(question=_(asked.asked)),
            list(options),
            format_func=lambda name: _(options[name]),
            key=key_in_language(key),
            help=_("Nobody has to. What you say is kept with the result."),
        )
    scale = 100 if asked.is_share else 1
    said = st.number_input(
        _("Predict first: {question}").format(question=_(asked.asked)) + (" (%)" if asked.is_share else ""),
        min_value=asked.low * scale,
        max_value=asked.high * scale,
        value=None,
        step=asked.step * scale,
        placeholder=_("no prediction"),
        key=key,
        format="%g",
        help=_("Nobody has to. What you say is kept with the result."),
    )
    return None if said is None else said / scale


def said_before(question: Question, prediction: Any) -> str:
    """The prediction in words; empty where there is none that this version knows."""
    asked = question.predict
    if isinstance(asked, Guess) and isinstance(prediction, int | float):
        return asked.shown(float(prediction))
    if isinstance(asked, Choices) and prediction in asked.options:
        return _(asked.options[prediction])
    return ""


def gap(question: Question, prediction: Any, result: Frame) -> str:
    """The prediction beside what was measured; empty where either is missing."""
    said, asked = said_before(question, prediction), question.predict
    if not said:
        return ""
    if isinstance(asked, Guess):
        measured = asked.measured(result)
        found = "" if measured is None else asked.shown(measured)
    else:
        right = asked.right(result)
        found = "" if right is None else _(asked.options[right])
    if not found:
        return _("You said: {said}.").format(said=said)
    return _("You said: {said}. Measured: {found}.").format(said=said, found=found)
