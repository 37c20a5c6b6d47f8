"""Final errors of a sweep's cells, by family and depth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.findings.endings import final_test_error, final_train_error


@dataclass(frozen=True, slots=True)
class Seeds:
    """What has ended of one family at one depth: final errors of the seeds that finished, shares of 1.

    ``diverged`` are the seeds that did; they have no error, and the worst result.
    """

    train: Mapping[int, float]
    test: Mapping[int, float]
    diverged: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many seeds have ended."""
        return len(self.train) + len(self.diverged)


def by_depth(cells: Sequence[CellHistory], family: str) -> dict[int, Seeds]:
    """The cells of ``family`` that finished or diverged, by ascending depth."""
    found: dict[int, tuple[dict[int, float], dict[int, float], list[int]]] = {}
    for name, depth, seed, history in sorted(cells, key=lambda cell: (cell.depth, cell.seed)):
        error = final_train_error(history) if history.state is RunState.FINISHED else None
        if name != family or (error is None and history.state is not RunState.DIVERGED):
            continue
        train, test, diverged = found.setdefault(depth, ({}, {}, []))
        if error is None:
            diverged.append(seed)
            continue
        train[seed] = error
        test_error = final_test_error(history)
        if test_error is not None:
            test[seed] = test_error
    return {depth: Seeds(train, test, tuple(diverged)) for depth, (train, test, diverged) in found.items()}
