"""How a run ended: whether it has learned anything that can be compared.

Guessing scores ln(classes) and an error of 1 − 1/classes. A network **guesses**
if its final training loss is within a twentieth of that on either side and its
training accuracy no more than a twentieth of the way from chance to perfect; it
is **worse than guessing** if the loss is above that band, however large. Both
are measured over the last `FINAL_STEPS` steps. A network whose loss is near
ln(classes) but whose accuracy is not has learned something and is compared.
"""

from enum import StrEnum
from math import isfinite, log

import numpy as np

from resnet_viz.events import BROKEN, RunState
from resnet_viz.findings.evidence import OF_GUESSING
from resnet_viz.history import Curve, RunHistory

FINAL_STEPS = 20
"""A final training loss or error is the mean of this many last steps."""

_NEAR = 1e-9
"""Shares of images are counted in float32: a network exactly at the limit is within it."""


class Ending(StrEnum):
    """What has become of a run."""

    LEARNED = "learned"
    GUESSES = "guesses"
    WORSE = "worse_than_guessing"
    DIVERGED = "diverged"
    NONE = "none"
    """Not there yet, stopped, failed or lost: no result."""


NO_BETTER = frozenset({Ending.GUESSES, Ending.WORSE})
"""Endings of networks that have learned nothing to compare."""


def guessing_loss(classes: int) -> float:
    """The loss of a network that gives every class the same probability."""
    return log(classes)


def guessing_error(classes: int) -> float:
    """The share of images that guessing gets wrong."""
    return 1 - 1 / classes


def ending_of(history: RunHistory, classes: int) -> Ending:
    """How ``history`` ended; an accuracy that was not measured is not held against it."""
    if history.state is RunState.DIVERGED:
        return Ending.DIVERGED
    if history.state is not RunState.FINISHED:
        return Ending.NONE
    loss, error = final_loss(history), final_train_error(history)
    guess = guessing_loss(classes)
    if loss is None:
        return Ending.NONE
    if loss > (1 + OF_GUESSING) * guess:
        return Ending.WORSE
    low_error = error is not None and error < (1 - OF_GUESSING) * guessing_error(classes) - _NEAR
    return Ending.LEARNED if low_error or loss < (1 - OF_GUESSING) * guess else Ending.GUESSES


def is_moving(history: RunHistory) -> bool:
    """Whether there is more to come of it."""
    return not history.state.is_finished()


def is_broken(history: RunHistory) -> bool:
    """Whether it failed or was lost."""
    return history.state in BROKEN


def steps_done(history: RunHistory) -> int:
    """Updates that have a train loss on record."""
    curve = history.series.get("train/loss")
    return int(curve.step[-1]) + 1 if curve is not None and len(curve) else 0


def final_loss(history: RunHistory) -> float | None:
    """Mean train loss of the last `FINAL_STEPS` steps; None without any or where one is not finite."""
    return _last_mean(history.series.get("train/loss"))


def final_train_error(history: RunHistory) -> float | None:
    """Share of training images classified wrongly in the last `FINAL_STEPS` steps; None without any."""
    accuracy = _last_mean(history.series.get("train/accuracy"))
    return None if accuracy is None else 1 - accuracy


def final_test_error(history: RunHistory) -> float | None:
    """Share of test images classified wrongly at the last evaluation; None without one."""
    curve = history.series.get("test/accuracy")
    return 1 - float(curve.value[-1]) if curve is not None and len(curve) else None


def _last_mean(curve: Curve | None) -> float | None:
    if curve is None or not len(curve):
        return None
    mean = float(np.mean(curve.value[-FINAL_STEPS:]))
    return mean if isfinite(mean) else None
