"""Which regime a plain network is in: whether its gradient reached the first layers at the start.

Measured: the relative gradient ‖g‖/‖w‖ of the first convolution over that of
the last, at step 0. Below 1/10 the gradient is lost on its way; residual
networks stay within a factor of ten (He's conditions). No sentence speaks of
vanishing gradients where this was not measured.
"""

from dataclasses import dataclass

import numpy as np

from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.wording import Sentence, number, sentence

_LOST = 0.1

_VANISHING = N_(
    "Vanishing gradients were measured: at step 0 the plain network's relative gradient is {plain_first} in "
    "the first convolution and {plain_last} in the last (ratio {plain_ratio}), the residual network's "
    "{residual_first} and {residual_last} (ratio {residual_ratio})."
)
_LOST_IN_BOTH = N_(
    "The gradient shrinks towards the first layers of both networks: at step 0 the relative gradient is "
    "{plain_first} in the first and {plain_last} in the last convolution (ratio {plain_ratio}) of the plain "
    "network, {residual_first} and {residual_last} (ratio {residual_ratio}) of the residual one."
)
_DEGRADATION = N_(
    "This is degradation; at the start the gradient did not vanish: at step 0 the plain network's relative "
    "gradient is {plain_first} in the first convolution and {plain_last} in the last (ratio {plain_ratio}), "
    "the residual network's {residual_first} and {residual_last} (ratio {residual_ratio})."
)
_REACHES = N_(
    "At the start the gradient of the plain network did not vanish: at step 0 its relative gradient is "
    "{plain_first} in the first convolution and {plain_last} in the last (ratio {plain_ratio}), "
    "the residual network's {residual_first} and {residual_last} (ratio {residual_ratio})."
)


@dataclass(frozen=True, slots=True)
class Reach:
    """Relative gradient of the first and of the last convolution at step 0."""

    first: float
    last: float

    @property
    def ratio(self) -> float:
        """First over last: how much of the gradient reaches the input's end."""
        return self.first / self.last


def gradient_reach(history: RunHistory) -> Reach | None:
    """How the gradient got through at step 0; None where it was not measured or is not finite."""
    table = history.profiles.get("grad/relative")
    if table is None or not len(table) or table.step[0] != 0:
        return None
    convolutions = [index for index, tap in enumerate(table.taps) if tap != "head"]
    if len(convolutions) < 2:
        return None
    first, last = (float(table.value[0, index]) for index in (convolutions[0], convolutions[-1]))
    return Reach(first, last) if np.isfinite([first, last]).all() and last > 0 else None


def regime(plain: Reach | None, residual: Reach | None, *, degraded: bool) -> list[Sentence]:
    """What the gradients at the start say, named for what it is; nothing where they were not measured.

    Args:
        degraded: whether a plain network with normalisation was found to train worse.
    """
    if plain is None or residual is None:
        return []
    if plain.ratio < _LOST:
        template = _VANISHING if residual.ratio >= _LOST else _LOST_IN_BOTH
    else:
        template = _DEGRADATION if degraded else _REACHES
    return [
        sentence(
            template,
            plain_first=number(plain.first),
            plain_last=number(plain.last),
            plain_ratio=number(plain.ratio),
            residual_first=number(residual.first),
            residual_last=number(residual.last),
            residual_ratio=number(residual.ratio),
        )
    ]
