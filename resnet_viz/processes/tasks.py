"""What can be run in another process: one name, one module, and how it is held back.

A task's module is imported in the started process alone. It has
``serve(channel, workplace)``, which says that it is ready with its first frame
and returns when there is no more to do.

A measurement is a task whose result is kept in the history. It has no process
of its own: a worker that is warm carries it out, between trainings. Its module
has ``measure(values, bench)`` (see `measuring`).
"""

from pathlib import Path
from typing import Final, NamedTuple, Protocol

from resnet_viz.processes.channel import Channel


class Bounds(NamedTuple):
    """For what is not trusted: this much address space and processor time, no file, no secret."""

    memory_bytes: int
    cpu_s: int


class Task(NamedTuple):
    """Where a task is carried out: its module, how nice its process is, and its bounds if any.

    ``trains``: each step takes the memory again that the last one has freed.
    """

    module: str
    niceness: int = 0
    bounds: Bounds | None = None
    trains: bool = False


class Measurement(NamedTuple):
    """A task whose result is kept: its module, for how long, and what it takes.

    It takes one slot, as a training does, and waits in the same queue: within
    an owner before the trainings, since somebody looks at an empty page
    meanwhile. ``fills``: it takes all slots that are free when its turn comes,
    at least one. ``of_machine``: other machines measure other numbers.
    """

    module: str
    keep_s: float = float("inf")
    fills: bool = False
    of_machine: bool = False


class Workplace(NamedTuple):
    """What a started process is told: the history's folder, its log, and how many CPU threads it has."""

    home: Path
    log: Path
    threads: int


class Serving(Protocol):
    """The module of a task."""

    def serve(self, channel: Channel, workplace: Workplace) -> None:
        """Carry out what comes over ``channel`` until nothing more does."""


_NICE: Final = 10
"""Pages stay responsive beside any number of trainings."""

TASKS: Final = {
    "train": Task("resnet_viz.jobs.worker.engine", niceness=_NICE, trains=True),
    "measure": Task("resnet_viz.jobs.worker.measuring", niceness=_NICE),  # where no worker is warm
    # Started by a worker, and as nice: as slow as a training.
    "steps": Task("resnet_viz.jobs.worker.timing", trains=True),
    "trainings": Task("resnet_viz.jobs.worker.slices", trains=True),  # the same; within a measurement
    "explain": Task("resnet_viz.inspection.answers"),
    "export": Task("resnet_viz.exports.parquet_child"),
    # The largest accepted images need about 500 MB, libraries included.
    "decode": Task("resnet_viz.images.decode_child", bounds=Bounds(memory_bytes=768 * 2**20, cpu_s=10)),
}

MEASUREMENTS: Final = {
    # In as many processes as may compute at once: they slow each other down, as trainings do.
    "time": Measurement("resnet_viz.jobs.worker.time_probe", keep_s=86_400, fills=True, of_machine=True),
    "lab": Measurement("resnet_viz.lab.task"),
    "lab-trainings": Measurement("resnet_viz.lab.task", fills=True),
}
