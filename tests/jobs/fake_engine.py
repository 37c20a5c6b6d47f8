"""A training without torch: as slow as asked, resumable, and with every bad habit a test needs.

The curve is a pure function of step and seed, so that any run can be checked
against it. The learning rate is the time of a step in seconds; the seed picks
the habit.
"""

import json
import os
import signal
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from resnet_viz.data.download import DownloadProgress
from resnet_viz.events import (
    CheckpointSaved,
    Desired,
    Event,
    Facts,
    Progress,
    Rewound,
    RunState,
    Series,
    StateChanged,
    Wish,
)
from resnet_viz.jobs.capacity import DeviceFacts
from resnet_viz.jobs.messages import Ready
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import RunSpec
from tests.jobs.fake_measures import MEASURES

ON_ACCELERATOR = 1001
DEAF = 1002
DIES_AT_ONCE = 1003
DIES_BEFORE_CHECKPOINT = 1004
DIES_AFTER_CHECKPOINT = 1005
BREAKS = 1006
CHATTERS = 1007
LINGERS = 1008
"""Its first attempt does not come to its end before `let_end`, or a minute is over."""

_SAVE_EVERY = 10
_LINGER_S = 60.0


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "train"."""
    carry_out_jobs(channel, workplace, warm_up=warm_up, train=train, find_measure=MEASURES.__getitem__)


def warm_up(threads: int) -> Ready:
    """Ready at once, with a processor and, as far as anybody is told, nothing else."""
    return Ready("0.0", (DeviceFacts("cpu", "abacus", 2**30, False),))


def let_end(data_folder: Path) -> None:
    """Have the runs that linger come to their end."""
    data_folder.mkdir(parents=True, exist_ok=True)
    _may_end(data_folder).touch()


def loss(step: int, seed: int) -> float:
    """What is recorded as ``train/loss``."""
    return seed + 1 / (1 + step)


def train(
    spec: RunSpec,
    *,
    folder: Path,
    data_folder: Path,
    threads: int,
    desired: Callable[[], Desired],
    resume: bool = False,
    on_download: Callable[[DownloadProgress], None] | None = None,
) -> Generator[Event]:
    """See `resnet_viz.training.loop.train`."""
    seed, step_s = spec.train.seed, spec.train.learning_rate
    first = not resume
    lingers_until = time.monotonic() + _LINGER_S if first and seed == LINGERS else 0.0
    position = folder / "position.json"
    step = json.loads(position.read_text()) if resume and position.exists() else 0
    yield Facts(
        {"device": "cuda" if seed == ON_ACCELERATOR else "cpu", "pid": os.getpid(), "threads": threads}
    )
    if resume:
        yield Rewound(step)
    yield StateChanged(RunState.RUNNING)
    if seed == CHATTERS:
        print("this is not JSON")
    while step < spec.train.steps:
        wish = Desired() if seed == DEAF else desired()
        if wish.wish is Wish.STOP:
            yield _save(position, step)
            yield StateChanged(RunState.STOPPED)
            return
        if wish.wish is Wish.PAUSE and step >= wish.until_step:
            yield _save(position, step)
            yield StateChanged(RunState.PAUSED)
            while (wish := desired()).wish is Wish.PAUSE and step >= wish.until_step:
                yield Progress(step)
            if wish.wish is not Wish.STOP:
                yield StateChanged(RunState.RUNNING)
            continue
        is_last = step == spec.train.steps - 1
        if is_last and time.monotonic() < lingers_until and not _may_end(data_folder).exists():
            time.sleep(step_s)
            continue
        if first and seed == DIES_AT_ONCE:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == 15 and seed == BREAKS:
            raise ZeroDivisionError("a mistake")
        time.sleep(step_s)
        yield Series("train/loss", np.array([step]), np.array([loss(step, seed)]))
        step += 1
        if step % _SAVE_EVERY == 0:
            yield Facts({"saved": step})
            if first and seed == DIES_BEFORE_CHECKPOINT and step > _SAVE_EVERY:
                os.kill(os.getpid(), signal.SIGKILL)
            saved = _save(position, step)
            if first and seed == DIES_AFTER_CHECKPOINT:
                os.kill(os.getpid(), signal.SIGKILL)
            yield saved
        yield Progress(step)
    yield StateChanged(RunState.FINISHED)


def _may_end(data_folder: Path) -> Path:
    return data_folder / "may_end"


def _save(position: Path, step: int) -> CheckpointSaved:
    position.parent.mkdir(parents=True, exist_ok=True)
    unfinished = position.with_suffix(".part")
    unfinished.write_text(json.dumps(step))
    unfinished.replace(position)
    return CheckpointSaved(step, position.name, position.stat().st_size, kept=False)
