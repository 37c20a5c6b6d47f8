"""The learning rate as a pure function of the step, so that resuming needs no state."""

from math import cos, pi

from resnet_viz.specs import TrainSpec

_STEP_MILESTONES = (0.5, 0.75)  # He et al. 2015 §4.2: ÷10 at 32k and 48k of 64k
_ONE_CYCLE_RISE = 0.3  # Smith & Topin 2017 (arXiv:1708.07120), with cosine flanks
_ONE_CYCLE_START = 1 / 25
_ONE_CYCLE_END = 1 / 250_000


def learning_rate(spec: TrainSpec, step: int) -> float:
    """The rate for the update number ``step`` (0-based) of ``spec.steps``.

    Warm-up rises linearly to the full rate over ``warmup_steps`` updates; the
    schedule runs over the updates that remain.
    """
    if step < spec.warmup_steps:
        return spec.learning_rate * (step + 1) / (spec.warmup_steps + 1)
    done = (step - spec.warmup_steps) / (spec.steps - spec.warmup_steps)
    match spec.schedule:
        case "constant":
            factor = 1.0
        case "step":
            factor = 0.1 ** sum(done >= milestone for milestone in _STEP_MILESTONES)
        case "cosine":
            factor = _ease(1, 0, done)
        case "one-cycle":
            if done < _ONE_CYCLE_RISE:
                factor = _ease(_ONE_CYCLE_START, 1, done / _ONE_CYCLE_RISE)
            else:
                factor = _ease(1, _ONE_CYCLE_END, (done - _ONE_CYCLE_RISE) / (1 - _ONE_CYCLE_RISE))
    return spec.learning_rate * factor


def _ease(start: float, end: float, done: float) -> float:
    return end + (start - end) * (1 + cos(pi * done)) / 2
