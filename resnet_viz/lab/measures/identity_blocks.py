"""Networks made deeper by identity blocks: logits, error with noise on them, and after training on."""

from collections.abc import Generator
from typing import Final

import numpy as np

from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.asked import Asked, Trained
from resnet_viz.lab.questions.identity_blocks import DEVIATIONS, NOISE
from resnet_viz.lab.retraining import go_on_training
from resnet_viz.probes.identity_blocks import Lengthened, compare_logits, lengthened, noisy, noisy_errors
from resnet_viz.probes.lesion import error_of
from resnet_viz.processes.measuring import Partial

_STATISTICS_IMAGES: Final = 128
_NOISE_SHARE: Final = 0.4
"""Of the time, for the errors of the plain network with all amounts of noise."""


def measure(asked: Asked) -> Generator[Partial]:
    """First each amount of noise on the plain network, seed by seed; then how training goes on.

    Arrays: ``errors`` float64 [seeds, deviations], NaN where not yet measured; ``kept_FAMILY`` float64
    [seeds, 3]: error of the longer network, with noise `NOISE`, and after ``steps`` further steps; of the
    other network only where it can be made longer. Values: ``shallow`` and ``depth`` (depths), ``added``
    (blocks), ``whole`` (error of the shallow network), ``difference`` and ``largest`` (of the logits),
    ``classes``, ``images``, ``steps``.
    """
    depth, seeds, steps = (int(asked.settings[name]) for name in ("depth", "seeds", "steps"))
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
        "steps": steps,
    }
    errors = np.full((seeds, len(DEVIATIONS)), np.nan)
    for seed in range(seeds):
        for at, error in enumerate(noisy_errors(long, images, test, DEVIATIONS, seed)):
            errors[seed, at] = error
            share = _NOISE_SHARE * float(np.isfinite(errors).mean())
            yield Partial(share, facts, {"errors": errors[: seed + 1].copy()})
    longer = [(plain, long), *_others(asked, depth)]
    count = asked.settings["images"]
    whole = {one.family: error_of(its.network, *one.few(count)) for one, its in longer}
    kept = {one.family: np.full((seeds, 3), np.nan) for one, _long in longer}
    done = 0
    for seed in range(seeds):
        for one, its in longer:
            images, labels = one.train
            test = one.few(count)
            changed = noisy(its, images[:_STATISTICS_IMAGES], NOISE, seed)
            with_noise = error_of(changed, *test)
            for step in go_on_training(changed, images, labels, steps=steps, seed=seed):
                yield Partial(
                    _NOISE_SHARE + (1 - _NOISE_SHARE) * (done + step / steps) / (seeds * len(longer))
                )
            kept[one.family][seed] = [whole[one.family], with_noise, error_of(changed, *test)]
            done += 1
            yield Partial(
                _NOISE_SHARE + (1 - _NOISE_SHARE) * done / (seeds * len(longer)),
                facts,
                {
                    "errors": errors,
                    **{f"kept_{name}": rows[: seed + 1].copy() for name, rows in kept.items()},
                },
            )


def _others(asked: Asked, depth: int) -> list[tuple[Trained, Lengthened]]:
    """The network beside the plain one where it can be made longer; what is drawn says where it cannot."""
    found = []
    for one in asked.networks[1:]:
        images, _labels = one.few(_STATISTICS_IMAGES, of_training=True)
        try:
            found.append((one, lengthened(one.model.network, depth, images)))
        except InvalidSetting:
            continue
    return found
