"""The plain network made deeper by identity blocks: its logits, and its error with noise on them."""

from collections.abc import Generator
from typing import Final

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.identity_blocks import DEVIATIONS
from resnet_viz.probes.identity_blocks import compare_logits, lengthened, noisy_errors
from resnet_viz.probes.lesion import error_of
from resnet_viz.processes.measuring import Partial

_STATISTICS_IMAGES: Final = 128


def measure(asked: Asked) -> Generator[Partial]:
    """First without noise, then with each amount of it, for one seed of the noise after the other.

    Arrays: ``errors`` float64 [seeds, deviations], NaN where not yet measured. Values: ``shallow`` and
    ``depth`` (depths), ``added`` (blocks), ``whole`` (error of the shallow network), ``difference`` and
    ``largest`` (of the logits), ``classes``, ``images``.
    """
    depth, seeds = asked.settings["depth"], asked.settings["seeds"]
    plain = asked.networks[0]
    network = plain.model.network
    images, _labels = plain.few(_STATISTICS_IMAGES, of_training=True)
    test = plain.few(asked.settings["images"])
    long = lengthened(network, depth, images)
    facts = {
        "shallow": len([tap for tap in plain.model.taps if tap.kind in ("stem", "conv", "head")]),
        "depth": depth,
        "added": len(long.added),
        "whole": error_of(network, *test),
        **compare_logits(network, long.network, test[0])._asdict(),
        "classes": len(plain.model.classes),
        "images": len(test[1]),
    }
    errors = np.full((seeds, len(DEVIATIONS)), np.nan)
    for seed in range(seeds):
        for at, error in enumerate(noisy_errors(long, images, test, DEVIATIONS, seed)):
            errors[seed, at] = error
            yield Partial(float(np.isfinite(errors).mean()), facts, {"errors": errors[: seed + 1].copy()})
