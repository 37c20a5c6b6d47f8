"""Stand-in answers for the inspector's tests; runs in the inspector's process."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet_viz.errors import NotFound
from resnet_viz.processes.answering import Answerer, answer_questions
from resnet_viz.processes.channel import Arrays, Channel, Frame
from resnet_viz.processes.tasks import Workplace


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "explain"."""
    answer_questions(channel, answerers(workplace.home))


def answerers(home: Path) -> dict[str, Answerer]:
    def echo(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        print("libraries chat on stdout")
        return Frame({"pid": os.getpid(), "home": str(home), "got": values["say"]}, dict(arrays))

    def refuse(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        raise NotFound("no_such_tap", "There is no layer {tap}.", tap=values["tap"])

    def stumble(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        raise ZeroDivisionError

    def die(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        os._exit(3)

    def hang(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        while True:
            time.sleep(60)

    def reverse(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        return Frame({"pid": os.getpid(), "got": values["say"][::-1]}, {})

    def nap(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Answers once the file ``until`` is there."""
        while not (home / values["until"]).exists():
            time.sleep(0.01)
        return Frame({"pid": os.getpid()}, {})

    return {
        "nap": nap,
        "reverse": reverse,
        "echo": echo,
        "refuse": refuse,
        "stumble": stumble,
        "die": die,
        "hang": hang,
    }
