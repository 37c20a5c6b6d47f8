"""What a run has recorded of its layers, for painting on the drawing of its network."""

from resnet_viz.architecture.graph import Architecture
from resnet_viz.history import ProfileTable


def recorded_values(
    table: ProfileTable, architecture: Architecture, step: int | None = None
) -> dict[str, float]:
    """By operation, as last recorded at or before ``step``; a block's value stands where it ends."""
    row = len(table) - 1 if step is None else max(int((table.step <= step).sum()) - 1, 0)
    found = {}
    for tap, value in zip(table.taps, table.value[row], strict=True):
        name = next((one for one in (tap, f"{tap}.relu", f"{tap}.add") if one in architecture.by_name), None)
        if name is not None:
            found[name] = float(value)
    return found
