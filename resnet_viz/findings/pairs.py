"""The runs of twins two by two, and what is compared of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from resnet_viz.findings.endings import FINAL_STEPS, Ending, ending_of, final_loss, steps_done
from resnet_viz.history import Curve, RunHistory

T = TypeVar("T")


class Both(NamedTuple, Generic[T]):
    """Something of the plain network and the same of the residual one."""

    plain: T
    residual: T


@dataclass(frozen=True, slots=True)
class Pair:
    """The plain and the residual run of one seed: same initial weights, same batches."""

    seed: int
    runs: Both[RunHistory]

    @property
    def is_moving(self) -> bool:
        """Whether one of them has more to come."""
        return any(not run.state.is_finished() for run in self.runs)


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What came out of one seed.

    ``losses`` are over the last `FINAL_STEPS` steps that both have done (``steps``
    updates); None where one of those is not finite or there is no common step.
    ``accuracies`` are of the last common test.
    """

    seed: int
    steps: int
    endings: Both[Ending]
    losses: Both[float | None]
    accuracies: Both[float | None]

    @property
    def has_ended(self) -> bool:
        """Whether both networks have a result, be it that they diverged."""
        return Ending.NONE not in self.endings

    @property
    def have_learned(self) -> bool:
        """Whether both can be compared."""
        return all(ending is Ending.LEARNED for ending in self.endings)


def paired(histories: Sequence[RunHistory], names: Both[str]) -> list[Pair]:
    """The pairs of the network types ``names``, by seed; runs without a partner are left out."""
    plain, residual = ({h.seed: h for h in histories if h.family == name} for name in names)
    return [Pair(seed, Both(plain[seed], residual[seed])) for seed in sorted(plain.keys() & residual.keys())]


def result_of(pair: Pair, classes: int) -> SeedResult:
    """What the two have come to so far."""
    endings = Both(*(ending_of(run, classes) for run in pair.runs))
    step, found = _common(pair, "train/loss")
    losses: Both[float | None] = Both(*(_mean(values[-FINAL_STEPS:]) for values in found))
    if Ending.DIVERGED in endings:  # the other one went on alone
        losses = Both(*map(final_loss, pair.runs))
    return SeedResult(
        pair.seed,
        int(step[-1]) + 1 if len(step) else min(map(steps_done, pair.runs)),
        endings,
        losses,
        _last(pair, "test/accuracy"),
    )


def _last(pair: Pair, name: str) -> Both[float | None]:
    step, values = _common(pair, name)
    return Both(*(float(found[-1]) if len(step) else None for found in values))


def _mean(values: npt.NDArray[np.float64]) -> float | None:
    mean = float(values.mean()) if len(values) else np.nan
    return mean if np.isfinite(mean) else None


def _common(pair: Pair, name: str) -> tuple[npt.NDArray[np.int64], Both[npt.NDArray[np.float64]]]:
    nothing = Curve(np.empty(0, np.int64), np.empty(0))
    plain, residual = (run.series.get(name, nothing) for run in pair.runs)
    step, in_plain, in_residual = np.intersect1d(
        plain.step, residual.step, assume_unique=True, return_indices=True
    )
    return step, Both(plain.value[in_plain], residual.value[in_residual])
