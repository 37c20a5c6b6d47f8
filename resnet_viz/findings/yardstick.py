"""How much two networks of one kind differ when only their random start differs, measured once per preset.

One run tells nothing about the next. This tells how far apart two runs come out
that differ in nothing but the numbers their weights start from: same network,
same batches. ``assets/yardstick.json`` has the final results of a few starts of
each kind, made by ``assets/make_yardstick.py``; other settings have none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import inf
from pathlib import Path
from typing import Any

import orjson

from resnet_viz.specs import RunSpec, TrainSpec

FILE = Path(__file__).parents[2] / "assets" / "yardstick.json"

_SAME = TrainSpec()
_WITHOUT_EFFECT = {"seed", "device", "evaluate_every", "probe_every"}
"""Settings of a training that a yardstick does not depend on, or that it varies."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Final results of one network from several random starts, all on the same batches; None: diverged."""

    train_loss: tuple[float | None, ...]
    train_error: tuple[float | None, ...]

    @property
    def loss_differences(self) -> tuple[float, ...]:
        """How far each two of the starts are apart in their final training loss."""
        return _apart(self.train_loss)

    @property
    def error_differences(self) -> tuple[float, ...]:
        """How far each two of the starts are apart in their final training error."""
        return _apart(self.train_error)


def starts_of(spec: RunSpec) -> Starts | None:
    """What was measured for networks like ``spec``; None where nothing was."""
    return _measured().get(settings(spec))


def settings(spec: RunSpec) -> str:
    """What two runs must have in common to be measured by the same yardstick, as JSON."""
    same = {name: getattr(_SAME, name) for name in _WITHOUT_EFFECT}
    return spec.but(train=spec.train.but(**same)).to_json()


@cache
def _measured() -> Mapping[str, Starts]:
    content: dict[str, Any] = orjson.loads(FILE.read_bytes())
    return {
        settings(RunSpec.model_validate(entry["run"])): Starts(
            tuple(entry["train_loss"]), tuple(entry["train_error"])
        )
        for entry in content["starts"]
    }


def _apart(values: Sequence[float | None]) -> tuple[float, ...]:
    """A start that diverged is farther from one that did not than any number says."""
    return tuple(
        0.0 if one == other else inf if one is None or other is None else abs(one - other)
        for one, other in combinations(values, 2)
    )
