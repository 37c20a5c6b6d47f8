"""What a run has recorded of its layers, for painting on the drawing of its network."""

from collections.abc import Mapping

from resnet_viz.architecture.graph import Architecture
from resnet_viz.history import ProfileTable


def recorded_values(table: ProfileTable, step: int | None = None) -> dict[str, float]:
    """By tap, as last recorded at or before ``step``."""
    row = len(table) - 1 if step is None else max(int((table.step <= step).sum()) - 1, 0)
    return dict(zip(table.taps, table.value[row].tolist(), strict=True))


def on_operations(values: Mapping[str, float], architecture: Architecture) -> dict[str, float]:
    """What was measured of layers and blocks, by operation; a block's value stands where it ends."""
    found = {}
    for tap, value in values.items():
        name = next((one for one in (tap, f"{tap}.relu", f"{tap}.add") if one in architecture.by_name), None)
        if name is not None:
            found[name] = value
    return found
