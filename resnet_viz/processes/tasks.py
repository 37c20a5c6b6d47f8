"""What can be run in another process: one name, one module, and how it is held back.

A task's module is imported in the started process alone. It has
``serve(channel, workplace)``, which says that it is ready with its first frame
and returns when there is no more to do.
"""

from pathlib import Path
from typing import Final, NamedTuple, Protocol

from resnet_viz.processes.channel import Channel


class Bounds(NamedTuple):
    """For what is not trusted: this much address space and processor time, no file, no secret."""

    memory_bytes: int
    cpu_s: int


class Task(NamedTuple):
    """Where a task is carried out: its module, how nice its process is, and its bounds if any."""

    module: str
    niceness: int = 0
    bounds: Bounds | None = None


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
    "train": Task("resnet_viz.jobs.worker.engine", niceness=_NICE),
    "time": Task("resnet_viz.jobs.worker.timing", niceness=_NICE),  # as slow as a training is
    "explain": Task("resnet_viz.inspection.answers"),
    "export": Task("resnet_viz.exports.parquet_child"),
    # The largest accepted images need about 500 MB, libraries included.
    "decode": Task("resnet_viz.images.decode_child", bounds=Bounds(memory_bytes=768 * 2**20, cpu_s=10)),
}
