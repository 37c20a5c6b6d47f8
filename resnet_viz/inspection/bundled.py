"""The trained networks that come with this app: two pairs, each a plain and a residual network."""

from pathlib import Path
from types import MappingProxyType
from typing import Final

from resnet_viz.locale import N_

BUNDLED: Final = "bundled"
DEEP: Final = "bundled-56"
PAIRS: Final = MappingProxyType({BUNDLED: ("plain", "residual"), DEEP: ("plain-56", "residual-56")})
"""The networks of each pair. Both of the first learn; at depth 56 degradation is plain to see."""
TITLES: Final = MappingProxyType(
    {
        BUNDLED: N_("Bundled pair, Fashion-MNIST"),
        DEEP: N_("Bundled pair, depth 56: the plain one is stuck"),
    }
)
_FOLDER: Final = Path(__file__).parents[2] / "assets" / "models"


def bundled_path(name: str) -> Path:
    """The file of a bundled network."""
    return _FOLDER / f"{name}.safetensors"


def family_of(name: str) -> str:
    """The network type of a bundled network."""
    return name.partition("-")[0]


def pairs_here() -> tuple[str, ...]:
    """The pairs of which both networks came with this installation."""
    return tuple(pair for pair, names in PAIRS.items() if all(bundled_path(name).is_file() for name in names))
