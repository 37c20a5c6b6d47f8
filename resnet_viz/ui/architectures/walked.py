"""A walk through blocks as the inspector answers it, with the names that its stations have on the page."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from resnet_viz.pictures.colours import Pixels, Values, coloured, largest
from resnet_viz.processes.channel import Frame

_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FORWARD: Final = ("input", "branch", "sum", "output")
_BACKWARD: Final = ("input_gradient", "sum_gradient", "output_gradient", "from_skip", "from_branch")


def subscripted(letter: str, number: int) -> str:
    """``F₁₂``."""
    return letter + str(number).translate(_SUBSCRIPTS)


@dataclass(frozen=True, slots=True)
class Walked:
    """One network's walk; ``i`` counts its blocks from 0.

    Attributes:
        number: of its first block in the network, from 1.
        target: the class whose logit goes back.
    """

    title: str
    colour: str
    number: int
    target: int
    answer: Frame

    @property
    def has_skip(self) -> bool:
        """Whether its blocks add their input."""
        return bool(self.answer.values["blocks"][0]["has_skip"])

    @property
    def logit(self) -> float:
        """Of the class."""
        return float(self.answer.arrays["logits"][self.target])

    @property
    def channel(self) -> int:
        """Which channel the pictures show: where the forward maps are strongest."""
        maps = [self.map(i, name) for i in range(2) for name in _FORWARD]
        return int(sum(np.square(one.astype(np.float64)).sum((1, 2)) for one in maps).argmax())

    def map(self, i: int, name: str) -> Values:
        """One of `inspection.walks.MAPS` [C, h, w]."""
        return self.answer.arrays[f"{i}.{name}"]

    def norm(self, i: int, name: str) -> float:
        """Of that map, over all channels."""
        return float(self.answer.values["blocks"][i]["norms"][name])

    def negative(self, i: int) -> float:
        """Which share of the sum is below 0."""
        return float(self.answer.values["blocks"][i]["negative"])

    def skip_share(self, i: int) -> float:
        """‖g · 1‖ as a share of ‖g · 1‖ + ‖g · ∂F/∂x‖."""
        skip, branch = self.norm(i, "from_skip"), self.norm(i, "from_branch")
        return skip / (skip + branch) if skip + branch else 0.0

    def x(self, i: int) -> str:
        """The name of what goes into block ``i``; of what leaves the last one with 2."""
        return subscripted("x", self.number - 1 + i)

    def branch(self, i: int) -> str:
        """The name of what its branch makes."""
        return subscripted("F", self.number + i)

    def sum(self, i: int) -> str:
        """The name of what its addition makes; without one of what its branch makes."""
        return subscripted("y", self.number + i) if self.has_skip else self.branch(i)

    def pictures(self) -> dict[str, Pixels]:
        """The channel of every map in colours; forward maps on one scale, gradients on another."""
        found: dict[str, Pixels] = {}
        for names in (_FORWARD, _BACKWARD):
            maps = {f"{i}.{name}": self.map(i, name)[self.channel] for i in range(2) for name in names}
            limit = _strong(np.concatenate([one.ravel() for one in maps.values()]))
            found |= {name: coloured(one, limit, signed=True) for name, one in maps.items()}
        return found


def _strong(values: npt.NDArray[np.float32]) -> float:
    """The strong end of the scale: few pixels are stronger, and they would leave the others pale."""
    return float(np.quantile(np.abs(values), 0.995)) or largest(values, signed=True)
