"""Error of both networks without each of their blocks."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.probes.lesion import error_of, lesions, removable_blocks
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Test error of each network whole and without each block.

    Arrays by family: ``errors_FAMILY`` float64 [blocks measured]. Values: ``families``, ``blocks`` by
    family, ``whole`` by family, ``classes``, ``images``.
    """
    count = asked.settings["images"]
    blocks = {one.family: list(removable_blocks(one.model.network)) for one in asked.networks}
    every = sum(map(len, blocks.values())) + len(blocks)
    whole: dict[str, float] = {}
    errors: dict[str, list[float]] = {}
    for one in asked.networks:
        images, labels = one.few(count)
        whole[one.family] = error_of(one.model.network, images, labels)
        errors[one.family] = []
        for _block, error in lesions(one.model.network, images, labels):
            errors[one.family].append(error)
            done = len(whole) + sum(map(len, errors.values()))
            yield Partial(
                done / every,
                {
                    "families": [found.family for found in asked.networks],
                    "blocks": blocks,
                    "whole": dict(whole),
                    "classes": len(one.model.classes),
                    "images": len(labels),
                },
                {f"errors_{name}": np.array(found, np.float64) for name, found in errors.items()},
            )
