"""How one network is drawn wherever it is compared with another."""

from typing import Any, NamedTuple

from resnet_viz.figures.theme import COLOURS, DASHES, OTHERS, SYMBOLS, faded, role_name
from resnet_viz.specs import Role


class NetworkLook(NamedTuple):
    """A network's name in the reader's language, and its style."""

    name: str
    colour: str
    dash: str
    symbol: str

    def line(self, *, width: float = 2.5, opacity: float = 1.0) -> dict[str, Any]:
        """Its line style."""
        colour = self.colour if opacity == 1 else faded(self.colour, opacity)
        return {"color": colour, "dash": self.dash, "width": width}


def role_look(role: Role, name: str = "") -> NetworkLook:
    """The look of plain or residual networks; called so where it has no ``name`` of its own."""
    return NetworkLook(name or role_name(role), COLOURS[role], DASHES[role], SYMBOLS[role])


def other_look(name: str) -> NetworkLook:
    """The look of a network that is neither, or not the only one of its kind in the comparison."""
    return NetworkLook(name, OTHERS[0], "dashdot", "diamond")
