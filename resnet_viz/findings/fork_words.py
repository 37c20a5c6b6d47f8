"""What is said of a fork: where it comes from, and how it and its parent stand; facts, of one pair."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from resnet_viz.events import RunState
from resnet_viz.experiments.forks import CHANGED
from resnet_viz.findings.endings import FINAL_STEPS
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.specs import Fork
from resnet_viz.wording import Sentence, count, number, sentence

_ORIGIN = N_("Same as run {run} up to step {step}; one difference from there on: {change}.")
_GONE = N_("Run {run} was deleted, or belongs to another history.")
_NOTHING = N_("The fork has no step in common with its parent yet.")
_LOSSES = N_(
    "Training loss after {at} steps ({change} at step {step}): fork {fork}, parent {parent}; mean of the "
    "last {steps} steps, one pair of runs."
)
_LOSSES_OF_ONE = N_(
    "Training loss after {at} steps ({change} at step {step}): fork {fork}, parent {parent}; "
    "one pair of runs."
)
_FORK_DIVERGED = N_("The fork diverged at step {at} ({change} at step {step}).")
_PARENT_DIVERGED = N_("Its parent diverged at step {at}.")


class ForkLosses(NamedTuple):
    """Mean training losses of a fork and its parent over the last ``steps`` steps up to ``at``."""

    at: int
    steps: int
    fork: float
    parent: float


def fork_losses(fork: Fork, changed: RunHistory, parent: RunHistory) -> ForkLosses | None:
    """Both at the last step that both have; None where there is none with a finite loss.

    The same steps of both, none of them before the fork: those they have in common.
    """
    one, other = (history.series.get("train/loss") for history in (changed, parent))
    if one is None or other is None:
        return None
    common, here, there = np.intersect1d(one.step, other.step, return_indices=True)
    known = (common >= fork.step) & np.isfinite(one.value[here]) & np.isfinite(other.value[there])
    last = np.flatnonzero(known)[-FINAL_STEPS:]
    if not len(last):
        return None
    return ForkLosses(
        int(common[last[-1]]) + 1,
        len(last),
        float(one.value[here][last].mean()),
        float(other.value[there][last].mean()),
    )


def fork_sentences(fork: Fork, changed: RunHistory, parent: RunHistory) -> Iterator[Sentence]:
    """How the fork stands beside its parent, and which of them diverged."""
    about: dict[str, str | Sentence] = {"change": sentence(CHANGED[fork.change]), "step": count(fork.step)}
    found = fork_losses(fork, changed, parent)
    if found is not None:
        template = _LOSSES if found.steps > 1 else _LOSSES_OF_ONE
        losses = {"fork": number(found.fork), "parent": number(found.parent)}
        yield sentence(template, at=count(found.at), steps=found.steps, **losses, **about)
    elif changed.state is not RunState.DIVERGED:
        yield sentence(_NOTHING)
    if changed.state is RunState.DIVERGED:
        yield sentence(_FORK_DIVERGED, at=_last_step(changed), **about)
    if parent.state is RunState.DIVERGED:
        yield sentence(_PARENT_DIVERGED, at=_last_step(parent))


def origin_sentences(fork: Fork, *, is_known: bool) -> Iterator[Sentence]:
    """Whose step it began with and what was changed; that the other is gone, unless it ``is_known``."""
    change = sentence(CHANGED[fork.change])
    yield sentence(_ORIGIN, run=fork.run, step=count(fork.step), change=change)
    if not is_known:
        yield sentence(_GONE, run=fork.run)


def _last_step(history: RunHistory) -> str:
    curve = history.series.get("train/loss")
    return "–" if curve is None or not len(curve) else count(int(curve.step[-1]))
