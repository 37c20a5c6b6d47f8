"""How much each block of both networks changes its input."""

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.first_weights import with_weights
from resnet_viz.probes.block_change import measure_block_change
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """The numbers of `BlockChange` over the test images so far.

    Arrays by family: ``influence_FAMILY``, ``change_FAMILY``, ``branch_FAMILY``, ``variance_FAMILY`` and
    ``response_FAMILY`` float64 [blocks]. Values: ``families``, ``weights``, ``images`` so far by family.
    """
    count = int(asked.settings["images"])
    families = [one.family for one in asked.networks]
    arrays: dict[str, npt.NDArray[np.float64]] = {}
    images: dict[str, int] = dict.fromkeys(families, 0)
    for one in asked.networks:
        network = with_weights(one, asked.settings["weights"])
        shown, _labels = one.few(count)
        for found in measure_block_change(network, shown):
            arrays |= {
                f"influence_{one.family}": found.influence,
                f"change_{one.family}": found.change,
                f"branch_{one.family}": found.branch_ratio,
                f"variance_{one.family}": found.variance_ratio,
                f"response_{one.family}": found.response,
            }
            images[one.family] = found.images
            values: dict[str, Any] = {
                "families": families,
                "weights": asked.settings["weights"],
                "images": dict(images),
            }
            yield Partial(sum(images.values()) / (len(shown) * len(families)), values, dict(arrays))
