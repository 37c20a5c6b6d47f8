"""What all questions measure that train: an experiment, side by side, packed a few times a second."""

from collections.abc import Collection, Generator

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.jobs.worker.side_by_side import train_side_by_side
from resnet_viz.lab.trainings import packed
from resnet_viz.processes.measuring import Bench, Partial


def trained(
    spec: Experiment, bench: Bench, profiles: Collection[str] = (), moments: int | None = None
) -> Generator[Partial]:
    """Train the runs of ``spec``, all network types of a seed before the next seed.

    The result is that of `trainings.packed`, with these ``profiles`` over depth, at the first
    ``moments``.
    """
    for share, histories in train_side_by_side(spec.in_queue_order(), bench):
        frame = packed(spec, histories, profiles, moments)
        yield Partial(share, frame.values, frame.arrays)
