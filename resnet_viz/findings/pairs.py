"""A race's runs two by two: what the verdict compares."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.events import RunState
from resnet_viz.history import Curve, RunHistory

FINAL_STEPS = 20
"""A final train loss is the mean of this many last steps."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The plain and the residual run of one seed: same initial weights, same batches."""

    seed: int
    plain: RunHistory
    residual: RunHistory

    @property
    def states(self) -> set[RunState]:
        """The states of the two."""
        return {self.plain.state, self.residual.state}

    @property
    def is_complete(self) -> bool:
        """Whether both have trained to the end."""
        return self.states == {RunState.FINISHED}


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Final train losses of a pair over the last steps that both have done.

    ``steps`` updates were done by then; ``differences`` float64 [≤ 20] are plain
    − residual, step by step (same batch for both).
    """

    seed: int
    steps: int
    plain: float
    residual: float
    differences: npt.NDArray[np.float64]

    @property
    def gap(self) -> float:
        """Plain − residual: positive where the residual network fits the training data better."""
        return self.plain - self.residual


def paired(histories: Sequence[RunHistory]) -> list[Pair]:
    """The pairs, by seed; runs without a partner are left out."""
    plain = {h.seed: h for h in histories if h.role == "plain"}
    residual = {h.seed: h for h in histories if h.role == "residual"}
    return [Pair(seed, plain[seed], residual[seed]) for seed in sorted(plain.keys() & residual.keys())]


def steps_done(history: RunHistory) -> int:
    """Updates that have a train loss on record."""
    curve = history.series.get("train/loss")
    return int(curve.step[-1]) + 1 if curve is not None and len(curve) else 0


def final_loss(history: RunHistory) -> float | None:
    """Mean train loss of the last `FINAL_STEPS` steps that are finite; None without any."""
    curve = history.series.get("train/loss")
    if curve is None:
        return None
    finite = curve.value[np.isfinite(curve.value)]
    return float(finite[-FINAL_STEPS:].mean()) if len(finite) else None


def compared(pair: Pair) -> Comparison | None:
    """The pair's final losses; None without a common step, or when one of them is not finite."""
    common = _common(pair, "train/loss")
    if common is None:
        return None
    step, plain, residual = common[0], common[1][-FINAL_STEPS:], common[2][-FINAL_STEPS:]
    if not (np.isfinite(plain).all() and np.isfinite(residual).all()):
        return None
    return Comparison(
        pair.seed, int(step[-1]) + 1, float(plain.mean()), float(residual.mean()), plain - residual
    )


def final_accuracies(pair: Pair) -> tuple[float, float] | None:
    """Test accuracies, plain and residual, at the last step at which both were evaluated."""
    common = _common(pair, "test/accuracy")
    return (float(common[1][-1]), float(common[2][-1])) if common else None


def _common(
    pair: Pair, name: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.float64]] | None:
    nothing = Curve(np.empty(0, np.int64), np.empty(0))
    plain, residual = pair.plain.series.get(name, nothing), pair.residual.series.get(name, nothing)
    step, in_plain, in_residual = np.intersect1d(
        plain.step, residual.step, assume_unique=True, return_indices=True
    )
    return (step, plain.value[in_plain], residual.value[in_residual]) if len(step) else None
