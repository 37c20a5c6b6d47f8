"""Trainings of the four networks with and without normalisation and skip connections."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.norm_or_skip import experiment
from resnet_viz.lab.training_measure import trained
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Their curves (see `trainings.packed`)."""
    yield from trained(experiment(asked.settings), asked.bench)
