"""The residual network and a plain one with the same function."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.probes.folding import measure_folding
from resnet_viz.processes.measuring import Partial

_PASSES = 15


def measure(asked: Asked) -> Generator[Partial]:
    """The numbers of `Folding`.

    Arrays: ``parameters`` and ``multiply_adds`` int64 [3], ``seconds`` float64 [passes so far, 3], ``logits``
    float32 [2, images, classes] of the trained and the plain network. Values: ``family``, ``images``,
    ``difference``, ``difference_double``, ``largest``, ``same_class``.
    """
    (one,) = asked.networks
    images, _labels = one.few(int(asked.settings["images"]))
    for found in measure_folding(one.model.network, images, passes=_PASSES):
        yield Partial(
            (1 + len(found.seconds)) / (1 + _PASSES),
            {
                "family": one.family,
                "images": len(images),
                "difference": found.difference,
                "difference_double": found.difference_double,
                "largest": found.largest,
                "same_class": found.same_class,
            },
            {
                "parameters": found.parameters,
                "multiply_adds": found.multiply_adds,
                "seconds": np.ascontiguousarray(found.seconds),
                "logits": found.logits,
            },
        )
