"""Training loss of both networks over one weight of the first, a middle and the last convolution."""

from collections.abc import Generator
from typing import Final

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.one_weight import LAYERS
from resnet_viz.probes.one_weight import largest_weight, three_layers, weight_losses
from resnet_viz.processes.measuring import Partial

_POINTS: Final = 25


def measure(asked: Asked) -> Generator[Partial]:
    """Both networks; layer after layer, point after point.

    Arrays: ``moves`` float64 [points]; ``losses_FAMILY`` float64 [layers, points], NaN where not yet
    measured. Values by family: ``layers`` (paths), ``slopes``; and ``families``, ``images``, ``classes``.
    """
    reach, count = asked.settings["reach"], asked.settings["images"]
    moves = np.linspace(-reach, reach, _POINTS)
    families = [one.family for one in asked.networks]
    losses = {family: np.full((len(LAYERS), _POINTS), np.nan) for family in families}
    layers = {one.family: list(three_layers(one.model.network)) for one in asked.networks}
    slopes: dict[str, list[float]] = {family: [] for family in families}
    every = len(families) * len(LAYERS) * _POINTS
    for place in range(len(LAYERS)):
        for one in asked.networks:
            network, layer = one.model.network, layers[one.family][place]
            images, labels = one.few(count, of_training=True)
            weight = largest_weight(network, layer, images, labels)
            slopes[one.family].append(weight.slope)
            measured = weight_losses(network, weight, images, labels, moves.tolist())
            for at, loss in enumerate(measured):
                losses[one.family][place, at] = loss
                yield Partial(
                    sum(int(np.isfinite(found).sum()) for found in losses.values()) / every,
                    {
                        "families": families,
                        "layers": layers,
                        "slopes": {name: list(found) for name, found in slopes.items()},
                        "images": len(labels),
                        "classes": len(one.model.classes),
                    },
                    {"moves": moves, **{f"losses_{name}": found.copy() for name, found in losses.items()}},
                )
