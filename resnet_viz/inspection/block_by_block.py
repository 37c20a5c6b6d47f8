"""Questions about one image on its way through all blocks: what it is known as, and who is credited."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from resnet_viz.attribution.contrast import contrasted
from resnet_viz.inspection.models import Model, load_model
from resnet_viz.inspection.own_images import images_for
from resnet_viz.probes.linear_probe import LinearProbe, known_from, measure_linear_probe
from resnet_viz.probes.walk import block_names, walk
from resnet_viz.processes.answering import Answerer
from resnet_viz.processes.channel import Arrays, Frame

_TRAIN_IMAGES: Final = 2000
_TEST_IMAGES: Final = 500
_SEED: Final = 0


def answerers(data_folder: Path) -> dict[str, Answerer]:
    """Both questions by name; images are looked for in ``data_folder``."""

    def credit(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Of every block's sum y, for the class ``target`` of the image in ``images``: ⟨g, x⟩ and ⟨g, F⟩.

        g is the gradient at y of the class's logit, minus that of the class ``against`` if there is one.
        ``skip`` and ``branch`` float32 [blocks] add up to ⟨g, y⟩; ``skip.i`` and ``branch.i`` float32 [h, w]
        say from where on the maps of block i they come.
        ``has_skip`` is whether anything is added at all.
        """
        model = load_model(values["model"], data_folder)
        image = model.normalised(torch.tensor(arrays["images"][:1]))[0]
        with contrasted(model.network, values.get("against")):
            blocks = walk(model.network, image, int(values["target"]), block_names(model.network)).blocks
        maps = {
            f"{name}.{number}": (block.sum_gradient * getattr(block, name)).sum(0).astype(np.float32)
            for number, block in enumerate(blocks)
            for name in ("skip", "branch")
        }
        sums = {
            name: np.array([maps[f"{name}.{number}"].sum() for number in range(len(blocks))], np.float32)
            for name in ("skip", "branch")
        }
        return Frame(
            {"blocks": [block.name for block in blocks], "has_skip": any(block.has_skip for block in blocks)},
            sums | maps,
        )

    def known(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """What a linear classifier calls the image in ``images`` after each block.

        ``said`` int64 [1 + blocks] are classes, of what the first block gets and of what each puts out.

        ``final`` is the network's own class; ``accuracy`` float32 [1 + blocks] the share of test images that
        the classifiers get right. They are fitted when first asked for, to training images of the network.
        """
        model = load_model(values["model"], data_folder)
        probe = _probe(model, data_folder)
        found = known_from(model.network, probe, model.normalised(torch.tensor(arrays["images"][:1])))
        return Frame(
            {"sites": list(probe.sites), "final": int(found.final[0]), "train_images": probe.train_images},
            {"said": found.said[0], "accuracy": probe.accuracy.astype(np.float32)},
        )

    return {"credit": credit, "known": known}


@lru_cache(maxsize=16)
def _probe(model: Model, data_folder: Path) -> LinearProbe:
    """Fitted once for each network that is in memory."""
    data = images_for(model, data_folder)
    train = model.normalised(data.train_images[:_TRAIN_IMAGES]), data.train_labels[:_TRAIN_IMAGES]
    test = model.normalised(data.test_images[:_TEST_IMAGES]), data.test_labels[:_TEST_IMAGES]
    # Its controls are the Lab's: here it is only asked about single images.
    *_parts, whole = measure_linear_probe(model.network, train, test, seed=_SEED, shuffles=0)
    return whole
