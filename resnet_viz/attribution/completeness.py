"""Whether a map's values sum to what they explain: the logit minus that of an image of the mean colour."""

from typing import NamedTuple

TOLERANCE = 0.02
"""Share of the difference of the logits by which the sum of the values may miss it."""


class Balance(NamedTuple):
    """One map: ``difference`` of the logits, ``total`` of the values, ``steps`` of the integral, if any."""

    total: float
    difference: float
    steps: int | None = None

    @property
    def remainder(self) -> float:
        """What the values leave unexplained."""
        return self.difference - self.total

    @property
    def fits(self) -> bool:
        """Whether the remainder is within `TOLERANCE`."""
        return abs(self.remainder) <= TOLERANCE * abs(self.difference)
