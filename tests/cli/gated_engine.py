"""The fake engine, each of whose runs waits at one step until the test lets all go on."""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from resnet_viz.events import Event, Progress
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import RunSpec
from tests.jobs import fake_engine

_WAITS_AT = 10
_LOOK_S = 0.01


def let_go_on(home: Path) -> None:
    """Open the gate for all runs of this home."""
    _gate(home).touch()


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "train"."""
    carry_out_jobs(channel, workplace, warm_up=fake_engine.warm_up, train=train)


def train(spec: RunSpec, *, folder: Path, **options: Any) -> Generator[Event]:
    """See `fake_engine.train`."""
    gate = _gate(folder.parents[1])
    for event in fake_engine.train(spec, folder=folder, **options):
        yield event
        while event == Progress(_WAITS_AT) and not gate.exists():
            time.sleep(_LOOK_S)


def _gate(home: Path) -> Path:
    return home / "gate"
