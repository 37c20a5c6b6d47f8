"""Gradients along a line of inputs and their autocorrelation, of both networks at their random start."""

from collections.abc import Generator

import numpy as np

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.start import FAMILIES, Start
from resnet_viz.probes.shattered import (
    INPUTS,
    autocorrelation,
    expected_brown,
    expected_white,
    measure_line_gradients,
)
from resnet_viz.processes.measuring import Partial

_LAGS = 30
_CLASS = 0


def measure(asked: Asked) -> Generator[Partial]:
    """Both networks for one seed after the other, each seed between two other images.

    Arrays by family: ``correlation_FAMILY`` float64 [seeds, lags + 1]; ``trace_FAMILY`` float64 [inputs]
    is the gradient of seed 0 at the pixel where it changes most, over its largest value. ``white`` and
    ``brown`` float64 [lags + 1] are what noise has. Values: ``families``, ``depth``, ``norm``.
    """
    depth, norm, seeds = (asked.settings[name] for name in ("depth", "norm", "seeds"))
    start = Start(asked.data_folder)
    arrays = {"white": expected_white(INPUTS, _LAGS), "brown": expected_brown(INPUTS, _LAGS)}
    correlations: dict[str, list[np.ndarray]] = {family: [] for family in FAMILIES}
    for seed in range(seeds):
        images, _labels = start.batch(seed)
        for family, network in start.networks(seed, depth=depth, norm=norm):
            gradients = measure_line_gradients(network, images[:2], _CLASS)
            correlations[family].append(autocorrelation(gradients, _LAGS))
            if seed == 0:
                trace = gradients[:, gradients.var(0).argmax()]
                arrays[f"trace_{family}"] = trace / np.abs(trace).max()
        yield Partial(
            (seed + 1) / seeds,
            {"families": list(FAMILIES), "depth": depth, "norm": norm},
            {**arrays, **{f"correlation_{name}": np.array(rows) for name, rows in correlations.items()}},
        )
