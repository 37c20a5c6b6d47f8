"""The task "trainings": one training after the other, a slice of time for every question.

Who asks (`side_by_side`) thereby sees how far each is, and stops it by ending the process. It owns
the folder of the checkpoints, of which nothing is kept.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from resnet_viz.events import Desired, Event
from resnet_viz.processes.answering import answer_questions
from resnet_viz.processes.channel import Arrays, Channel, Frame
from resnet_viz.processes.event_frames import frame_of
from resnet_viz.processes.measuring import Bench
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import RunSpec
from resnet_viz.training.loop import train

_SLICE_S: Final = 0.25
"""Short enough for curves that grow before one's eyes; to ask takes a thousandth of it."""


def serve(channel: Channel, workplace: Workplace) -> None:
    """Train what is asked for."""
    bench = Bench(workplace.home, workplace.threads, 1)
    slices: Iterator[list[Event]] = iter(())

    def begin(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Take up ``run``, a spec as JSON; its checkpoints go to ``folder``."""
        nonlocal slices
        slices = in_slices(RunSpec.from_json(values["run"]), Path(values["folder"]), bench)
        return Frame({}, {})

    def go_on(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The events of the next slice; the last one has the end."""
        return frame_of(next(slices))

    answer_questions(channel, {"begin": begin, "go_on": go_on})


def in_slices(spec: RunSpec, folder: Path, bench: Bench) -> Generator[list[Event]]:
    """The events of `train`, in lists of about a quarter of a second."""
    events: list[Event] = []
    begun = time.monotonic()
    data_folder = bench.home / "data"
    with closing(
        train(spec, folder=folder, data_folder=data_folder, threads=bench.threads, desired=Desired)
    ) as training:
        for event in training:
            events.append(event)
            if time.monotonic() - begun >= _SLICE_S:
                yield events
                events, begun = [], time.monotonic()
    yield events
