"""How far the host may run ahead of an accelerator.

Launches return at once, so without a limit hundreds of steps would be under way that have not happened
yet: they would be counted as progress, and a pause would have to wait for them.
"""

from collections.abc import Callable
from typing import Any, Final, Protocol

import torch

STEPS_AHEAD: Final = 4


class Moment(Protocol):
    """A place in the work that an accelerator was given; of `torch.cuda.Event` what is needed here."""

    def record(self) -> Any:
        """Stand behind all work given so far."""

    def synchronize(self) -> None:
        """Wait until the work before the recorded place is done."""


class Pace:
    """Keeps the host at most `STEPS_AHEAD` steps ahead.

    Args:
        moment: makes a `Moment`; None where steps are done when they return, or where nothing can be
            waited for but everything.
    """

    def __init__(self, moment: Callable[[], Moment] | None) -> None:
        self._moments = [moment() for _ in range(STEPS_AHEAD)] if moment else []
        self._steps = 0

    @classmethod
    def on(cls, device: torch.device) -> "Pace":
        """That of a training on ``device``."""
        # blocking: the host sleeps while it waits, and leaves its core to others
        return cls((lambda: torch.cuda.Event(blocking=True)) if device.type == "cuda" else None)

    def step(self) -> None:
        """Note that a step was given to the accelerator, after waiting for one of some steps ago."""
        if not self._moments:
            return
        moment = self._moments[self._steps % STEPS_AHEAD]
        if self._steps >= STEPS_AHEAD:
            moment.synchronize()
        moment.record()
        self._steps += 1
