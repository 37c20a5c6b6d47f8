"""Charts of a question that trains: curves with their bands, and what every seed ends with."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np

from resnet_viz.figures.curves import over_seeds, trailing_mean
from resnet_viz.figures.families import family_name
from resnet_viz.findings.endings import FINAL_STEPS, Ending, guessing_loss
from resnet_viz.history import Curve
from resnet_viz.lab.panel import Panel, Series
from resnet_viz.lab.trainings import Trainings
from resnet_viz.locale import gettext as _

_MOST_LOSSES: Final = 1.3
"""The axis of losses ends at so many times the loss of guessing; above it nothing is learned."""

Named = Callable[[str], str]
"""What a network type is called in a question, in the reader's language."""


def loss_panel(found: Trainings, families: Sequence[str], named: Named = family_name) -> Panel:
    """Training loss over steps: mean over seeds, with its interval from three on."""
    guess = guessing_loss(found.classes)
    steps = found.spec.run.train.steps
    series = [_curve(found, family, named(family)) for family in families]
    return Panel(
        "loss",
        _("Training loss"),
        _("Each line: mean of the last {window} steps and of all seeds. Lower is better.").format(
            window=FINAL_STEPS
        ),
        _("Training step"),
        _("Training loss"),
        (
            *series,
            Series(
                _("Guessing, ln {classes}").format(classes=found.classes),
                np.array([0.0, steps - 1.0]),
                np.full(2, guess),
                kind="theory",
            ),
        ),
        more=_(
            "The shaded band is the 95% confidence interval of the mean, from three seeds on. A line that "
            "leaves the chart at the top diverges. Guessing is the loss of a network that gives every class "
            "the same probability."
        ),
        y_range=(0.0, _MOST_LOSSES * guess),
    )


def ends_panel(
    found: Trainings,
    families: Sequence[str],
    named: Named = family_name,
    *,
    published: Mapping[str, Sequence[float]] | None = None,
    published_name: str = "",
) -> Panel:
    """Test error of every seed, side by side; ``published`` errors (shares) by network type beside it."""
    series = []
    for place, family in enumerate(families):
        errors = np.array([1 - accuracy for accuracy in found.test_accuracies(family).values()], np.float64)
        at = np.full(len(errors), float(place))
        series.append(Series(named(family), at, errors, family, marks=True))
    told = [
        (float(place), value)
        for place, family in enumerate(families)
        for value in (published or {}).get(family, ())
    ]
    if told:
        x, y = np.array(told).T
        series.append(Series(published_name, x, y, kind="published", marks=True))
    return Panel(
        "test_error",
        _("Test error of every seed"),
        _("Each point: one seed, at the end of its training. Lower is better."),
        _("Network"),
        _("Test error"),
        tuple(series),
        y_share=True,
        y_range=(0.0, 1.0),
        x_texts=tuple(_with_failures(found, family, named(family)) for family in families),
        more=_(
            "Batch normalisation is tested with statistics of the last weights, taken from training "
            "images. A network that diverged has no error; how many seeds did is said below it."
        ),
    )


def _curve(found: Trainings, family: str, name: str) -> Series:
    curves = [
        trailing_mean(one.series["train/loss"], FINAL_STEPS)
        for one in found.of(family)
        if "train/loss" in one.series
    ]
    band = over_seeds(curves or [Curve(np.zeros(0, np.int64), np.zeros(0))])
    return Series(name, band.step.astype(np.float64), band.mean, family, low=band.low, high=band.high)


def _with_failures(found: Trainings, family: str, name: str) -> str:
    diverged = len(found.ended_as(family, Ending.DIVERGED))
    if not diverged:
        return name
    return _("{network}: {count} of {seeds} diverged").format(
        network=name, count=diverged, seeds=found.spec.seeds
    )
