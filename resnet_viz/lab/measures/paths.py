"""Gradients at the input of the residual network, by the length of the paths they come through."""

from collections.abc import Generator

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.first_weights import with_weights
from resnet_viz.probes.paths import measure_paths
from resnet_viz.processes.measuring import Partial

_DRAWS = 10
_SEED = 0


def measure(asked: Asked) -> Generator[Partial]:
    """The numbers of `Paths`.

    Arrays, float64: ``counts`` [n + 1], ``norms`` [draws, n + 1], ``shares`` and ``summed`` [n + 1], NaN
    where not measured. Values: ``family``, ``weights``, ``images``, ``whole``.
    """
    (one,) = asked.networks
    images, labels = one.few(int(asked.settings["images"]))
    pieces = measure_paths(
        with_weights(one, asked.settings["weights"]), images, labels, draws=_DRAWS, seed=_SEED
    )
    for done, found in enumerate(pieces, start=1):
        blocks = len(found.counts) - 1
        # As many pieces as there are draws, and one for each block and the end.
        every = _DRAWS * (blocks + 1) + blocks + 1
        yield Partial(
            done / every,
            {
                "family": one.family,
                "weights": asked.settings["weights"],
                "images": len(labels),
                "whole": found.whole,
            },
            {"counts": found.counts, "norms": found.norms, "shares": found.shares, "summed": found.summed},
        )
