"""The fake engine on a machine with three GPUs that nobody has: a run records which one it was given."""

from collections.abc import Generator
from typing import Any

from resnet_viz.events import Event, Facts
from resnet_viz.jobs.capacity import DeviceFacts
from resnet_viz.jobs.messages import Ready
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import RunSpec
from tests.jobs import fake_engine

_used: list[int] = []


def serve(channel: Channel, workplace: Workplace) -> None:
    """In place of the task "train"."""
    carry_out_jobs(channel, workplace, warm_up=warm_up, train=train, use_gpu=_used.append)


def warm_up(threads: int) -> Ready:
    gpus = (DeviceFacts("cuda", f"GPU {number}", 2**34, True) for number in range(3))
    return Ready("0.0", (*gpus, DeviceFacts("cpu", "abacus", 2**30, False)))


def train(spec: RunSpec, **options: Any) -> Generator[Event]:
    for event in fake_engine.train(spec, **options):
        yield Facts(event.values | {"used": list(_used)}) if isinstance(event, Facts) else event
