"""The task "measure": measurements where there is no warm worker, as on the command line; without torch.

A measurement that needs torch imports it.
"""

from collections.abc import Generator
from typing import Any

from resnet_viz.events import Event
from resnet_viz.jobs.messages import Ready
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace


def serve(channel: Channel, workplace: Workplace) -> None:
    """Carry out measurements."""
    carry_out_jobs(channel, workplace, warm_up=lambda _threads: Ready("", ()), train=_refuse)


def _refuse(*_: Any, **__: Any) -> Generator[Event]:
    raise NotImplementedError("trainings are the task train")
