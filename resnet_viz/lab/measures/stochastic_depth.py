"""Trainings of a residual network whose blocks are left out at random, and of the whole one."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.stochastic_depth import experiment
from resnet_viz.lab.training_measure import trained
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Their curves (see `trainings.packed`)."""
    yield from trained(experiment(asked.settings), asked.bench)
