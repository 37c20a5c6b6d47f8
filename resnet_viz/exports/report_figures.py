"""The figures of a report: those of each kind of experiment, where something was measured."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.figures import (
    accuracy,
    branch_scales,
    degradation,
    depth_gradients,
    depth_losses,
    gradient_heatmap,
    gradient_profile,
    losses,
    responses,
)
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _


def race_figures(histories: Sequence[RunHistory]) -> list[Figure]:
    """Of runs that belong in one chart; no heading above them says that two are of the relative gradient."""
    return _measured(
        losses.figure(histories),
        accuracy.figure(histories),
        replace(
            gradient_profile.figure(histories, step=0),
            title=_("Relative gradient over depth, before training"),
        ),
        replace(gradient_profile.figure(histories), title=_("Relative gradient over depth, at the end")),
        replace(gradient_heatmap.figure(histories), title=_("Relative gradient over depth and training")),
        responses.figure(histories),
        branch_scales.figure(histories),
    )


def depth_figures(spec: Experiment, cells: Sequence[CellHistory]) -> list[Figure]:
    """Of many depths, the deepest one highlighted."""
    deepest = spec.depths[-1]
    return _measured(
        degradation.figure(spec.families, cells, depths=spec.depths),
        depth_losses.figure(spec.families, cells, depth=deepest),
        depth_gradients.figure(spec.families, cells, depth=deepest),
    )


def _measured(*figures: Figure) -> list[Figure]:
    return [figure for figure in figures if not figure.is_empty]
