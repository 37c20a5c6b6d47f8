"""Trainings of plain networks without normalisation, with ReLU, with tanh, and with another start."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.delta_orthogonal import GRADIENT, experiment
from resnet_viz.lab.training_measure import trained
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Their curves and the relative gradient of every layer at step 0 (see `trainings.packed`)."""
    yield from trained(experiment(asked.settings), asked.bench, (GRADIENT,), moments=1)
