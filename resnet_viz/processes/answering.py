"""Tasks that are questions: the started process's side of `child.Child.ask`."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from resnet_viz.processes.channel import Arrays, Channel, Frame

Answerer = Callable[[Mapping[str, Any], Arrays], Frame]
"""Takes a question's values and arrays and gives the answer's."""

_log = logging.getLogger(__name__)


def answer_questions(channel: Channel, answerers: Mapping[str, Answerer]) -> None:
    """Answer one question after the other until nobody asks any more."""
    try:
        channel.send({"ready": True})
        while (question := channel.receive()) is not None:
            channel.send(*_answer(answerers, question))
    except BrokenPipeError:
        _log.info("who asked is gone")


def _answer(answerers: Mapping[str, Answerer], question: Frame) -> Frame:
    try:
        answer = answerers[question.values["ask"]](question.values, question.arrays)
    except Exception as error:  # must not end the process that others are waiting for
        return Frame(_problem(error, question.values), {})
    return Frame({"answer": answer.values}, answer.arrays, answer.file)


def _problem(error: Exception, question: Mapping[str, Any]) -> dict[str, Any]:
    from resnet_viz.errors import ResnetVizError

    if isinstance(error, ResnetVizError):
        refusal = {"code": error.code, "template": error.template, "parameters": error.parameters}
        return {"refusal": refusal}
    _log.exception("no answer to %s", question)
    return {"fault": (str(error).strip().splitlines() or [type(error).__name__])[-1]}
