"""Tasks that are measurements: what their module has, and what a measurement yields.

A module of `tasks.MEASUREMENTS` has ``measure(values, bench)``, an iterator of
`Partial` whose last one is the result. It is closed where the measurement is to
stop: what was yielded until then is kept, and a ``with`` or ``finally`` in it
cleans up. It yields as often as it likes; what is recorded is what is newest,
a few times a second.
"""

from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from resnet_viz.processes.channel import Arrays


class Bench(NamedTuple):
    """Where it is measured: the history's folder, threads of a process, and how many may compute at once.

    ``slots`` is 0 where nobody says; then it is as many as would train at once.
    """

    home: Path
    threads: int
    slots: int


class Partial(NamedTuple):
    """What there is once ``share`` (0 to 1) is done; without ``values`` nothing new since the last."""

    share: float
    values: Mapping[str, Any] | None = None
    arrays: Arrays | None = None


class Measure(Protocol):
    """``measure`` of a measurement's module.

    Raises `ResnetVizError` for what cannot be measured; its sentence is shown.
    """

    def __call__(self, values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
        """Measure what ``values`` ask for."""
