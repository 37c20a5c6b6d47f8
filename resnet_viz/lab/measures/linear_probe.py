"""How well a linear classifier does after each block of both networks."""

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.first_weights import with_weights
from resnet_viz.lab.questions.linear_probe import TEST_IMAGES
from resnet_viz.probes.linear_probe import measure_linear_probe
from resnet_viz.processes.measuring import Partial

_SEED = 0


def measure(asked: Asked) -> Generator[Partial]:
    """The numbers of `LinearProbe`, fitted to the training images so far; the networks take turns.

    Arrays by family: ``accuracy_FAMILY`` and ``known_FAMILY`` float64 [1 + blocks], ``control_FAMILY``
    float64 [shuffles, 1 + blocks]. Values: ``families``, ``weights``, ``grid``, ``classes``, ``whole`` (test
    accuracy of each network), ``numbers`` (how many a classifier gets after the last block),
    ``train_images`` so far by family.
    """
    settings = asked.settings
    families = [one.family for one in asked.networks]
    count = int(settings["images"])
    under_way = {
        one.family: measure_linear_probe(
            with_weights(one, settings["weights"]),
            one.few(count, of_training=True),
            one.few(TEST_IMAGES),
            seed=_SEED,
            grid=int(settings["grid"]),
        )
        for one in asked.networks
    }
    values: dict[str, Any] = {
        "families": families,
        "weights": settings["weights"],
        "grid": settings["grid"],
        "classes": len(asked.networks[0].model.classes),
        "whole": {},
        "numbers": {},
        "train_images": dict.fromkeys(families, 0),
    }
    arrays: dict[str, npt.NDArray[np.float64]] = {}
    every = sum(len(one.few(count, of_training=True)[1]) for one in asked.networks)
    while under_way:
        for family, pieces in list(under_way.items()):
            found = next(pieces, None)
            if found is None:
                del under_way[family]
                continue
            arrays |= {
                f"accuracy_{family}": found.accuracy,
                f"known_{family}": found.known,
                f"control_{family}": found.control,
            }
            values = {
                **values,
                "whole": values["whole"] | {family: found.network_accuracy},
                "numbers": values["numbers"] | {family: len(found.classifiers[-1].weights)},
                "train_images": values["train_images"] | {family: found.train_images},
            }
            yield Partial(sum(values["train_images"].values()) / every, values, dict(arrays))
