"""Numbers on a drawing: how dark each operation is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log10
from typing import Final, Self

from resnet_viz.architecture.graph import Architecture, Operation
from resnet_viz.locale import N_

_COSTS: Final[dict[str, Callable[[Operation], float]]] = {
    "parameters": lambda operation: operation.parameters,
    "multiply_adds": lambda operation: operation.multiply_adds,
    "memory": lambda operation: operation.kept_bytes,
}
COST_TITLES: Final[dict[str, str]] = {
    "parameters": N_("Parameters"),
    "multiply_adds": N_("Multiply-adds"),
    "memory": N_("Memory kept for backward"),
}


@dataclass(frozen=True)
class Paint:
    """A number for each operation, by name; what has none stays white.

    Attributes:
        adds: parts are summed; else the mean stands for them.
        ends: values that are white and full; on a logarithmic scale where ``logarithmic``.
    """

    values: Mapping[str, float]
    ends: tuple[float, float]
    adds: bool
    logarithmic: bool = False

    def value(self, operations: Sequence[Operation]) -> float | None:
        """What ``operations`` together have."""
        found = [self.values[one.name] for one in operations if one.name in self.values]
        if not found:
            return None
        return sum(found) if self.adds else sum(found) / len(found)

    def between(self, ends: tuple[float, float]) -> Self:
        """The same values on a scale between ``ends``."""
        return replace(self, ends=ends)

    def share(self, value: float | None) -> float:
        """Where ``value`` lies between the ends, from 0 to 1."""
        if value is None:
            return 0.0
        low, high = self.ends
        if self.logarithmic:
            if value <= 0 or high <= low:
                return 0.0
            value, low, high = log10(value), log10(low), log10(high)
        return min(max((value - low) / (high - low), 0.0), 1.0) if high > low else 0.0


def cost_paint(architecture: Architecture, cost: str, factor: int = 1) -> Paint:
    """What each operation costs, ``factor`` times: one of `COST_TITLES`."""
    of = _COSTS[cost]
    values = {one.name: float(of(one) * factor) for one in architecture.operations if of(one)}
    return Paint(values, (0.0, max(values.values(), default=0.0)), adds=True)


def measured_paint(values: Mapping[str, float], *, adds: bool = False, from_zero: bool = False) -> Paint:
    """Of a measured quantity: added ones and those ``from_zero``; others over their range, logarithmic."""
    positive = [value for value in values.values() if value > 0]
    if adds or from_zero or not positive:
        return Paint(values, (0.0, max(positive, default=0.0)), adds=adds)
    return Paint(values, (min(positive), max(positive)), adds=False, logarithmic=True)
