"""The question "walk": one image through some blocks of a network, and the gradient back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from resnet_viz.inspection.architectures import weighted
from resnet_viz.probes.walk import BlockWalk, Doubles, walk
from resnet_viz.processes.answering import Answerer
from resnet_viz.processes.channel import Arrays, Frame

MAPS: Final = (
    "input",
    "branch",
    "skip",
    "sum",
    "output",
    "from_skip",
    "from_branch",
    "input_gradient",
    "sum_gradient",
    "output_gradient",
)
"""What is answered of each block, as `BlockWalk` calls it."""


def answerers(data_folder: Path) -> dict[str, Answerer]:
    """The question by its name; runs' images are looked for in ``data_folder``."""

    def walked(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The `Walk` of the image in ``images`` uint8 [1, C, H, W] for the class ``target``.

        The network is asked for as in `architectures`, ``blocks`` are the names of those to go through, by
        default the first two. Of block i, from 0, the array ``i.input`` float32 [C, h, w] and so on (`MAPS`);
        ``norms`` are theirs, ``negative`` is the share of the sum that is below 0, and ``credit_skip`` and
        ``credit_branch`` are ⟨g, x⟩ and ⟨g, F⟩ (their sum is ⟨g, y⟩), all in double precision.
        """
        found = weighted(values, data_folder)
        image = found.normalised(torch.tensor(arrays["images"][:1]))[0]
        result = walk(found.network, image, int(values["target"]), values.get("blocks", ()))
        maps = {
            f"{number}.{name}": getattr(block, name).astype(np.float32)
            for number, block in enumerate(result.blocks)
            for name in MAPS
        }
        return Frame(
            {
                "blocks": [_values(block) for block in result.blocks],
                "gradient": result.gradient,
                "difference": result.difference,
                "further": result.further,
                "trained": found.trained,
            },
            {**maps, "logits": result.logits.astype(np.float32)},
        )

    return {"walk": walked}


def _values(block: BlockWalk) -> dict[str, Any]:
    return {
        "name": block.name,
        "has_skip": block.has_skip,
        "rectifies": block.rectifies,
        "norms": {name: _norm(getattr(block, name)) for name in MAPS},
        "negative": float((block.sum < 0).mean()),
        "credit_skip": _product(block.sum_gradient, block.skip),
        "credit_branch": _product(block.sum_gradient, block.branch),
    }


def _norm(values: Doubles) -> float:
    return float(np.linalg.norm(values))


def _product(one: Doubles, other: Doubles) -> float:
    return float((one * other).sum())
