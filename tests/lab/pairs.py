"""Pairs of networks for questions about trained ones; nobody trained these."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet_viz.data.catalogue import shape_of
from resnet_viz.specs import RunSpec
from tests.made.specs import tiny
from tests.made.trained import write_weights


def untrained_pair(
    folder: Path, depth: int = 8, norm: str = "batch", data: Mapping[str, Any] | None = None
) -> tuple[dict[str, Any], ...]:
    """A plain and a residual network of ``depth`` for pictures of 8 pixels, as a seed initialises them.

    Args:
        data: what of the bundled set is another.
    """
    found = []
    for family, shortcut in (("plain", "none"), ("residual", "identity")):
        base = tiny(data=dict(data or {}))
        spec = RunSpec(
            network=base.network.but(depth=depth, shortcut=shortcut, norm=norm),
            data=base.data,
            train=base.train,
        )
        path = folder / f"{family}.safetensors"
        channels = shape_of(spec.data).channels
        write_weights(path, spec, 0, seed=0, mean=(0.3,) * channels, std=(0.25,) * channels)
        found.append({"family": family, "model": f"file:{path}"})
    return tuple(found)


BUNDLED = tuple({"family": name, "model": f"bundled:{name}"} for name in ("plain", "residual"))
