"""Signal and gradient at the start of residual networks without normalisation, branches times L^−β."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.branch_scale import BETAS
from resnet_viz.lab.settings import DEPTHS
from resnet_viz.lab.start import Start
from resnet_viz.probes.signal import measure_signal
from resnet_viz.processes.measuring import Partial


def measure(asked: Asked) -> Generator[Partial]:
    """Each exponent at each depth, for one seed after the other.

    Arrays by exponent: ``growth_BETA`` and ``gradient_BETA`` float64 [seeds, blocks + 1] at the depth
    asked for (see `probes.signal.Signal`), ``moved_BETA`` float64 [seeds, depths], NaN where not yet
    measured. Values: ``depth``, ``depths``.
    """
    depth, seeds = asked.settings["depth"], asked.settings["seeds"]
    start = Start(asked.data_folder)
    order = sorted(DEPTHS, key=lambda one: one != depth)  # what was asked for comes first
    arrays: dict[str, list[np.ndarray]] = {}
    for seed in range(seeds):
        batch = start.batch(seed)
        for beta in BETAS:
            arrays.setdefault(f"moved_{beta}", []).append(np.full(len(DEPTHS), np.nan))
        for number, measured in enumerate(order, start=1):
            for beta in BETAS:
                scale = ((measured - 2) // 2) ** -beta
                network = start.network("residual", seed, depth=measured, norm="none", branch_scale=scale)
                found = measure_signal(network, *batch)
                arrays[f"moved_{beta}"][-1][DEPTHS.index(measured)] = found.moved[-1]
                if measured == depth:
                    arrays.setdefault(f"growth_{beta}", []).append(found.growth)
                    arrays.setdefault(f"gradient_{beta}", []).append(found.gradient_growth)
            yield Partial(
                (seed + number / len(order)) / seeds,
                {"depth": depth, "depths": list(DEPTHS)},
                {name: np.array(rows) for name, rows in arrays.items()},
            )
