"""What the reader expects, said before the measurement; to say nothing is allowed."""

from typing import Any

import numpy as np
import streamlit as st

from resnet_viz.figures.figure import Figure
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import DRAWN_POINTS, Choices, Drawing, Guess, Question
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.ui.lab.draw_curve import draw_curve
from resnet_viz.ui.translated import key_in_language
from resnet_viz.wording import number, percent


def predict(question: Question) -> float | str | list[float] | None:
    """Ask for it; None where the reader says nothing."""
    asked = question.predict
    key = f"lab_predict_{question.name}"
    if isinstance(asked, Drawing):
        st.markdown(_("Predict first: {question}").format(question=_(asked.asked)))
        return draw_curve(asked, key=key_in_language(key))
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
    if isinstance(asked, Choices) and isinstance(prediction, str) and prediction in asked.options:
        return _(asked.options[prediction])
    if isinstance(asked, Drawing) and _is_drawn(prediction):
        return _("the curve that you drew")
    return ""


def gap(question: Question, prediction: Any, result: Frame) -> str:
    """The prediction beside what was measured; empty where either is missing."""
    said, asked = said_before(question, prediction), question.predict
    if not said:
        return ""
    if isinstance(asked, Drawing):
        off = _how_far_off(asked, prediction, result)
        if off is None:
            return _("You said: {said}.").format(said=said)
        shown = percent(off) if asked.is_share else number(off)
        return _("Your curve is off by {size} on average.").format(size=shown)
    if isinstance(asked, Guess):
        measured = asked.measured(result)
        found = "" if measured is None else asked.shown(measured)
    else:
        right = asked.right(result)
        found = "" if right is None else _(asked.options[right])
    if not found:
        return _("You said: {said}.").format(said=said)
    return _("You said: {said}. Measured: {found}.").format(said=said, found=found)


def with_prediction(
    question: Question, panel: Panel | Figure, prediction: Any, result: Frame
) -> Panel | Figure:
    """``panel``, with the curve that was drawn beside the one that was measured."""
    asked = question.predict
    if not isinstance(asked, Drawing) or not isinstance(panel, Panel) or not _is_drawn(prediction):
        return panel
    line = asked.line(result)
    return panel if line is None or panel.name != asked.panel else panel.with_drawn(prediction, line)


def _is_drawn(prediction: Any) -> bool:
    return (
        isinstance(prediction, list)
        and len(prediction) == DRAWN_POINTS
        and all(isinstance(one, int | float) for one in prediction)
    )


def _how_far_off(asked: Drawing, drawn: list[float], result: Frame) -> float | None:
    """The mean distance between both curves, where something was measured."""
    line = asked.line(result)
    if line is None:
        return None
    at = np.linspace(line.x[0], line.x[-1], len(drawn))
    return float(np.nanmean(np.abs(np.interp(line.x, at, drawn) - line.y)))
