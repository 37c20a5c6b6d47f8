"""Trainings of residual networks whose shortcuts are scaled, gated, 1×1 convolutions or dropped."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.identity_shortcut import experiment
from resnet_viz.lab.training_measure import trained
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Their curves (see `trainings.packed`)."""
    yield from trained(experiment(asked.settings), asked.bench)
