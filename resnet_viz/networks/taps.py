"""Taps: the named, ordered points of a network where one may measure.

A tap's name is the path of its module, so `network.get_submodule(tap.name)`
is the module it stands for.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

TapKind = Literal["stem", "stage", "block", "conv", "shortcut", "head"]


@dataclass(frozen=True, slots=True)
class Tap:
    """One point of measurement.

    Args:
        name: path of the module, e.g. ``stage2.block3.conv1``.
        kind: what stands there.
        position: number of the weighted layer on the main path, 1 = stem,
            depth = head; a block, stage or projection has the position of the
            last convolution it spans.
        response: path of the module whose output is the layer's response in the
            sense of He et al. 2015 §4.2: after normalisation, before the
            non-linearity and the addition. Empty for stages, blocks and the head.
    """

    name: str
    kind: TapKind
    position: int
    response: str = ""

    def as_facts(self) -> dict[str, Any]:
        """Name, kind and position, for the record of a run."""
        return {key: value for key, value in asdict(self).items() if key != "response"}
