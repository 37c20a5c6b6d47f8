"""Whether the gradient vanishes or explodes on its way to the first layers: measured, then named.

The measure is the relative gradient ‖g‖/‖w‖ of the first convolution over that
of the last (g: gradient of a layer's weights w): at step 0, and its median over
the second half of training. Below 1/20 it vanishes towards the input, above 20
it explodes; residual networks were measured at up to 10.6 (depth 110, step 0).
With batch normalisation deep plain networks explode at the start and give their
first layers next to nothing later, so one number tells half of it. In deep plain
networks float32 is 5 to 7 % off: two digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, count, number, sentence

_FACTOR = 20
_SAMPLES = 25

_VANISHES = N_("{ratio} (vanishes towards the input)")
_EXPLODES = N_("{ratio} (explodes towards the input)")

_BOTH_TIMES = N_(
    "Relative gradient ‖g‖/‖w‖, first convolution ÷ last, depth {depth}, seed {seed}, {network}: {start} at "
    "step 0, {later} in the second half of training (median)."
)
_TWO_STEPS = N_(
    "Relative gradient ‖g‖/‖w‖, first convolution ÷ last, depth {depth}, seed {seed}, {network}: {start} at "
    "step 0, {later} at step {step}."
)
_START_ONLY = N_(
    "Relative gradient ‖g‖/‖w‖, first convolution ÷ last, depth {depth}, seed {seed}, {network}: {start} at "
    "step 0."
)
_ALSO_BOTH = N_("The same, {network}: {start} and {later}.")
_ALSO_START = N_("The same, {network}: {start}.")


@dataclass(frozen=True, slots=True)
class Gradient:
    """First over last convolution at step 0, and ``later``, None where not measured.

    That is the median over the second half of training; ``step`` where only that one was kept of it.
    """

    start: float
    later: float | None
    step: int | None = None


def gradient_of(history: RunHistory) -> Gradient | None:
    """How the gradient reached the first layers; None where step 0 was not measured or is not finite."""
    table = history.profiles.get("grad/relative")
    if table is None or not len(table) or table.step[0] != 0:
        return None
    convolutions = [index for index, tap in enumerate(table.taps) if tap != "head"]
    if len(convolutions) < 2:
        return None
    rows = sampled(table.step)
    first, last = (table.value[rows, tap].astype(np.float64) for tap in (convolutions[0], convolutions[-1]))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = first / last
    if not np.isfinite(ratios[0]):
        return None
    late = np.isfinite(ratios) & (np.arange(len(rows)) > 0)
    only = int(table.step[rows[late]][0]) if late.sum() == 1 else None
    return Gradient(float(ratios[0]), float(np.median(ratios[late])) if late.any() else None, only)


def sampled(step: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
    """The rows of a profile that are looked at: the first, and `_SAMPLES` of the second half.

    Few enough for a recording to keep, which then says exactly what the run itself says.
    """
    half = np.flatnonzero(step > step[-1] / 2) if len(step) else np.empty(0, np.intp)
    chosen = np.linspace(0, len(half) - 1, min(len(half), _SAMPLES)).round().astype(np.intp)
    return np.unique(np.concatenate([np.zeros(min(1, len(step)), np.intp), half[chosen]]))


def gradient_sentences(
    measured: Sequence[tuple[str | Sentence, Gradient]], depth: int, seed: int
) -> list[Sentence]:
    """What was measured of each of the named networks of one depth and seed."""
    said: list[Sentence] = []
    for network, found in measured:
        alike = bool(said) and (found.later is None) == (measured[0][1].later is None)
        if found.later is None:
            template = _ALSO_START if alike else _START_ONLY
        elif found.step is None:
            template = _ALSO_BOTH if alike else _BOTH_TIMES
        else:
            template = _ALSO_BOTH if alike else _TWO_STEPS
        said.append(
            sentence(
                template,
                depth=depth,
                seed=seed,
                network=network,
                start=_named(found.start),
                later="–" if found.later is None else _named(found.later),
                step=count(found.step or 0),
            )
        )
    return said


def _named(ratio: float) -> str | Sentence:
    shown = number(ratio, digits=2)
    if ratio < 1 / _FACTOR:
        return sentence(_VANISHES, ratio=shown)
    return sentence(_EXPLODES, ratio=shown) if ratio > _FACTOR else shown
