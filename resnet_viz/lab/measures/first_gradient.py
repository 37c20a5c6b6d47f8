"""The gradient of every layer of both networks before the first step, and first over last at all depths."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.settings import DEPTHS
from resnet_viz.lab.start import FAMILIES, Start
from resnet_viz.probes.first_gradient import measure_first_gradient
from resnet_viz.processes.measuring import Partial

INITS = {"batch": "he", "none": "pytorch"}
"""The initial weights of the two regimes, as the presets of the Race page have them."""


def measure(asked: Asked) -> Generator[Partial]:
    """Gradients before the first step, for one seed after the other.

    Arrays by family: ``norm_FAMILY`` and ``relative_FAMILY`` float64 [seeds, layers] at the depth asked
    for; ``ratio_FAMILY`` float64 [seeds, depths], NaN where not yet measured. Values: ``families``,
    ``depth``, ``depths``, ``norm``.
    """
    depth, norm, seeds = (asked.settings[name] for name in ("depth", "norm", "seeds"))
    start = Start(asked.data_folder)
    order = sorted(DEPTHS, key=lambda one: one != depth)  # what was asked for comes first
    arrays: dict[str, list[np.ndarray]] = {}
    for seed in range(seeds):
        batch = start.batch(seed)
        for family in FAMILIES:
            arrays.setdefault(f"ratio_{family}", []).append(np.full(len(DEPTHS), np.nan))
        for number, measured in enumerate(order, start=1):
            for family, network in start.networks(seed, depth=measured, norm=norm, init=INITS[norm]):
                found = measure_first_gradient(network, *batch)
                arrays[f"ratio_{family}"][-1][DEPTHS.index(measured)] = found.ratio
                if measured == depth:
                    arrays.setdefault(f"norm_{family}", []).append(found.norm)
                    arrays.setdefault(f"relative_{family}", []).append(found.relative)
            yield Partial(
                (seed + number / len(order)) / seeds,
                {"families": list(FAMILIES), "depth": depth, "depths": list(DEPTHS), "norm": norm},
                {name: np.array(rows) for name, rows in arrays.items()},
            )
