"""The figures of a report: those of runs that belong in one chart, where something was measured."""

from collections.abc import Sequence
from dataclasses import replace

from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, losses, responses
from resnet_viz.figures.figure import Figure
from resnet_viz.history import RunHistory
from resnet_viz.locale import gettext as _


def report_figures(histories: Sequence[RunHistory]) -> list[Figure]:
    """All figures of a race; no heading above them says that two are of the relative gradient."""
    figures = [
        losses.figure(histories),
        accuracy.figure(histories),
        replace(
            gradient_profile.figure(histories, step=0),
            title=_("Relative gradient over depth, before training"),
        ),
        replace(gradient_profile.figure(histories), title=_("Relative gradient over depth, at the end")),
        replace(gradient_heatmap.figure(histories), title=_("Relative gradient over depth and training")),
        responses.figure(histories),
    ]
    return [figure for figure in figures if not figure.is_empty]
