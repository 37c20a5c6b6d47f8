"""Error of both networks over the number of their blocks that are left out or swapped."""

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.lab.asked import Asked
from resnet_viz.lab.questions.removals import COUNTS
from resnet_viz.probes.removals import measure_removals
from resnet_viz.processes.measuring import Partial

_SEED = 0


def measure(asked: Asked) -> Generator[Partial]:
    """Test error for each number and draw; the networks take turns, so that both have the first draws first.

    Arrays by family: ``counts_FAMILY`` int64 [K], ``errors_FAMILY`` float64 [draws, K], NaN where not
    measured. Values: ``families``, ``classes``, ``images``, ``change``.
    """
    draws = int(asked.settings["draws"])
    change: Any = asked.settings["change"]
    values = {
        "families": [one.family for one in asked.networks],
        "classes": len(asked.networks[0].model.classes),
        "images": int(asked.settings["images"]),
        "change": change,
    }
    under_way = {
        one.family: measure_removals(
            one.model.network,
            *one.few(values["images"]),
            change,
            draws=draws,
            seed=_SEED,
            most_counts=COUNTS,
        )
        for one in asked.networks
    }
    arrays: dict[str, npt.NDArray[Any]] = {}
    while under_way:
        for family, pieces in list(under_way.items()):
            found = next(pieces, None)
            if found is None:
                del under_way[family]
                continue
            arrays[f"counts_{family}"] = found.counts.astype(np.int64)
            arrays[f"errors_{family}"] = found.errors
            known = [np.isfinite(errors).mean() for name, errors in arrays.items() if "errors" in name]
            yield Partial(float(sum(known)) / len(values["families"]), dict(values), dict(arrays))
