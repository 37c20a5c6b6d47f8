"""Trainings of residual networks without normalisation, with a learned scale instead, and with it."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.no_norm import SCALE, experiment
from resnet_viz.lab.training_measure import trained
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Their curves and the |α| of every block (see `trainings.packed`)."""
    yield from trained(experiment(asked.settings), asked.bench, (SCALE,))
