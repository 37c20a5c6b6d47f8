"""The real training, which dies once in each run where its seed says."""

import os
import signal
from collections.abc import Callable, Generator
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

from resnet_viz.checkpoint_files import RESUME_FILE
from resnet_viz.events import CheckpointSaved, Event, Progress, Series
from resnet_viz.jobs.worker import engine
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import RunSpec
from resnet_viz.training import checkpoint, loop

BEFORE_ANY_POINT, AFTER_THE_FIRST_POINT, WHILE_WRITING, AFTER_WRITING, BETWEEN, NEVER = range(6)


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "train"."""
    carry_out_jobs(channel, workplace, warm_up=engine.warm_up, train=train)


def train(spec: RunSpec, *, resume: bool = False, **options: Any) -> Generator[Event]:
    """See `resnet_viz.training.loop.train`; saves its position as often as it can."""
    loop._SAVE_EVERY_S = 0.0
    events = loop.train(spec, resume=resume, flush_s=0.0, **options)
    return events if resume else _doomed(events, spec.train.seed)


def _doomed(events: Generator[Event], where: int) -> Generator[Event]:
    if where in (WHILE_WRITING, AFTER_WRITING):
        deadly = _deadly(checkpoint.write_checkpoint, before=where == WHILE_WRITING)
        patch.object(checkpoint, "write_checkpoint", deadly).start()
    for event in events:
        if where == BEFORE_ANY_POINT and isinstance(event, Series):
            _die()
        yield event
        if where == AFTER_THE_FIRST_POINT and isinstance(event, Progress):
            _die()
        if where == BETWEEN and isinstance(event, CheckpointSaved) and event.step > 12:
            _die()


def _deadly(
    write: Callable[[Path, checkpoint.Checkpoint], int], *, before: bool
) -> Callable[[Path, checkpoint.Checkpoint], int]:
    times = count()

    def write_and_die(path: Path, state: checkpoint.Checkpoint) -> int:
        deadly = path.name == RESUME_FILE and next(times) == 9
        if deadly and before:
            path.with_name(f"{path.name}.0.part").write_bytes(b"half a check")
            _die()
        size = write(path, state)
        if deadly:
            _die()
        return size

    return write_and_die


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
