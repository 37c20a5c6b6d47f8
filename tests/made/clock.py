"""Time that a test decides on."""


class Clock:
    """Unix seconds that pass only when told to."""

    def __init__(self, now: float = 1_700_000_000.25) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now
