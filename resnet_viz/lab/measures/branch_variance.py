"""Variance of stream and branch at the start of residual networks with and without batch normalisation."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.start import Start
from resnet_viz.probes.branch_variance import measure_branch_variance
from resnet_viz.processes.measuring import Partial

_NORMS = ("batch", "none")


def measure(asked: Asked) -> Generator[Partial]:
    """Both networks, for one seed after the other.

    Arrays by normalisation: ``stream_NORM`` and ``branch_NORM`` float64 [seeds, blocks]. Values:
    ``blocks``, ``depth``, ``block``.
    """
    depth, block, seeds = (asked.settings[name] for name in ("depth", "block", "seeds"))
    start = Start(asked.data_folder)
    arrays: dict[str, list[np.ndarray]] = {}
    for seed in range(seeds):
        images, _labels = start.batch(seed)
        for norm in _NORMS:
            network = start.network("residual", seed, depth=depth, norm=norm, block=block)
            found = measure_branch_variance(network, images)
            arrays.setdefault(f"stream_{norm}", []).append(found.stream)
            arrays.setdefault(f"branch_{norm}", []).append(found.branch)
        yield Partial(
            (seed + 1) / seeds,
            {"blocks": list(found.blocks), "depth": depth, "block": block},
            {name: np.array(rows) for name, rows in arrays.items()},
        )
