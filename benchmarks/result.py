"""What a benchmark yields: measured numbers, their median and the aim they are held against."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Aim:
    """The number a median should reach; nothing fails when it does not."""

    sense: Literal["≤", "≥"]
    value: float

    def met(self, value: float) -> bool:
        """Whether ``value`` reaches the aim."""
        return value <= self.value if self.sense == "≤" else value >= self.value


@dataclass(frozen=True, slots=True)
class Result:
    """One measured quantity: a value per repetition, in ``unit``."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)
    aim: Aim | None = None

    @property
    def median(self) -> float:
        """The median of the repetitions."""
        return median(self.values)

    @property
    def met(self) -> bool | None:
        """Whether the median reaches the aim; None without one."""
        return None if self.aim is None else self.aim.met(self.median)

    def as_json(self) -> dict[str, Any]:
        """Everything about the quantity, for programs."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "values": self.values,
            "aim": None if self.aim is None else f"{self.aim.sense} {self.aim.value:g}",
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Bench:
    """A named measurement: ``run(repetitions, folder)`` yields its results; ``needs`` a kind of device."""

    name: str
    title: str
    run: Callable[[int, Path], Iterator[Result]]
    needs: Literal["cpu", "cuda"] = "cpu"
