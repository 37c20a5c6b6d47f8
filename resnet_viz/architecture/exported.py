"""A network's description for other programs, as JSON."""

import json
from typing import Any

from resnet_viz.architecture.graph import Architecture


def as_values(name: str, architecture: Architecture) -> dict[str, Any]:
    """Totals, skip connections and operations; sizes in bytes are of one image, as 32-bit numbers."""
    return {
        "name": name,
        "parameters": architecture.parameters,
        "multiply_adds": architecture.multiply_adds,
        "kept_bytes": architecture.kept_bytes,
        "skips": [skip._asdict() for skip in architecture.skips],
        **architecture.to_values(),
    }


def as_json(name: str, architecture: Architecture) -> str:
    """`as_values` as text; `Architecture.from_values` reads the operations of it."""
    return json.dumps(as_values(name, architecture), indent=1) + "\n"
