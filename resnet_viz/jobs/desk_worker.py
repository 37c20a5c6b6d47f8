"""A process that answers questions about networks, with torch imported and recent networks at hand.

Started by `desk.Desk` as ``python -m resnet_viz.jobs.desk_worker``; questions
come in on stdin and answers go out on stdout as `frames`, one after the other.
It ends when stdin does.
"""

import argparse
import importlib
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from resnet_viz.errors import ResnetVizError
from resnet_viz.jobs.frames import Arrays, Frame, read_frame, write_frame
from resnet_viz.locale import N_

Answerer = Callable[[Mapping[str, Any], Arrays], Frame]
"""Takes a question's values and arrays and gives the answer's."""

_log = logging.getLogger(__name__)


def main() -> None:
    """Answer until nobody asks any more."""
    parser = argparse.ArgumentParser(prog="python -m resnet_viz.jobs.desk_worker", description=main.__doc__)
    parser.add_argument("--home", type=Path, required=True, help="folder of the history")
    parser.add_argument("--log", type=Path, required=True, help="the file that stderr goes to")
    parser.add_argument("--answers", required=True, help="module with `answerers(home)`")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # Whatever libraries print goes to the log; the pipe is for answers alone.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers, os.fdopen(os.dup(0), "rb") as questions:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        answerers: dict[str, Answerer] = importlib.import_module(arguments.answers).answerers(arguments.home)
        write_frame(answers, {"ready": True}, {})
        while (question := read_frame(questions)) is not None:
            try:
                write_frame(answers, *_answer(answerers, question, arguments.log))
            except BrokenPipeError:
                return


def _answer(answerers: Mapping[str, Answerer], question: Frame, log: Path) -> Frame:
    start = time.perf_counter()
    try:
        answer = answerers[question.values["ask"]](question.values, question.arrays)
    except ResnetVizError as error:
        return _refusal(error)
    except Exception:  # a bug must not end the process that others are waiting for
        _log.exception("no answer to %s", question.values)
        return _refusal(
            ResnetVizError(
                "internal",
                N_("This could not be computed because of a bug in ResNet Viz; details are in {log}."),
                log=str(log),
            )
        )
    return Frame({"answer": answer.values, "took_s": time.perf_counter() - start}, answer.arrays)


def _refusal(error: ResnetVizError) -> Frame:
    refusal = {"code": error.code, "template": error.template, "parameters": error.parameters}
    return Frame({"refusal": refusal}, {})


if __name__ == "__main__":
    main()
