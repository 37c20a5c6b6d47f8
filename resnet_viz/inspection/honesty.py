"""How far a map can be trusted: against chance, against edges, against randomised weights."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from resnet_viz.attribution import faithfulness
from resnet_viz.attribution.attribute import attribute
from resnet_viz.attribution.methods import AttributionOptions
from resnet_viz.attribution.sanity import edges, randomisation_cascade, untrained_maps
from resnet_viz.inspection.models import Model
from resnet_viz.processes.channel import Arrays, Frame


def random_seed(model: Model) -> int:
    """Of the random weights: the next after the run's own, which would give back the run's start."""
    return 1 if model.spec is None else (model.spec.train.seed + 1) % 2**31


def baselines(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
    """What ``method`` shows of ``images`` in the same network untrained, and an edge detector.

    The untrained network's weights are drawn from ``seed``.
    """
    asked = _question(model, values, arrays)
    seed = random_seed(model)
    untrained = untrained_maps(model.network, *asked, seed=seed)
    return Frame({"seed": seed}, {"untrained": untrained.values, "edges": edges(asked[0])})


def sanity(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
    """Maps as the weights are replaced by random ones, from the head down (Adebayo 2018).

    ``layers`` [n] are named in that order, first "" for the network as it is; ``maps`` [n, B, h, w]; rank
    correlation and structural similarity with the original map [n, B]. The weights are drawn from ``seed``.
    """
    asked = _question(model, values, arrays)
    seed = random_seed(model)
    steps = list(randomisation_cascade(model.network, *asked, seed=seed))
    return Frame(
        {"layers": [step.layer for step in steps], "seed": seed},
        {
            "maps": np.stack([step.maps.values for step in steps]),
            "rank_correlation": np.stack([step.rank_correlation for step in steps]).astype(np.float32),
            "similarity": np.stack([step.similarity for step in steps]).astype(np.float32),
        },
    )


def faith(model: Model, values: Mapping[str, Any], arrays: Arrays) -> Frame:
    """Deletion and insertion curves of ``method``'s maps, and their sensitivity.

    ``share`` [p] of the pixels; ``deletion`` and ``insertion`` [B, p] are the
    probability of the class, against another one that among the two; the areas under them [B].
    """
    asked = _question(model, values, arrays)
    images, targets, method, tap, options = asked
    maps = attribute(model.network, images, targets, method, tap, options).values
    without = faithfulness.deletion(model.network, images, targets, maps, against=options.against)
    back = faithfulness.insertion(model.network, images, targets, maps, against=options.against)
    return Frame(
        {},
        {
            "share": without.share.astype(np.float32),
            "deletion": without.probability,
            "deletion_area": without.area,
            "insertion": back.probability,
            "insertion_area": back.area,
            "sensitivity": faithfulness.sensitivity(model.network, images, targets, method, tap, options),
        },
    )


_Asked = tuple[torch.Tensor, torch.Tensor, str, str | None, AttributionOptions]


def _question(model: Model, values: Mapping[str, Any], arrays: Arrays) -> _Asked:
    return (
        model.normalised(torch.tensor(arrays["images"])),
        torch.tensor(arrays["targets"]),
        values["method"],
        values.get("tap"),
        AttributionOptions.checked(**values.get("options", {})),
    )
