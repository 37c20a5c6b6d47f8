"""How one network is drawn wherever it is compared with another."""

from typing import Any, Final, NamedTuple

from resnet_viz.figures.theme import ON_DARK, OTHERS, faded

_EDGES: Final = {"solid": "solid", "dash": "dashed", "dot": "dotted", "dashdot": "dotted"}


class NetworkLook(NamedTuple):
    """A network's name in the reader's language, and its style."""

    name: str
    colour: str
    dash: str
    symbol: str

    def line(self, *, width: float = 2.5, opacity: float = 1.0) -> dict[str, Any]:
        """Its line style."""
        return {"color": self.faded(opacity), "dash": self.dash, "width": width}

    @property
    def edge(self) -> str:
        """Its line's style as CSS calls it."""
        return _EDGES.get(self.dash, "dashed")

    @property
    def css(self) -> str:
        """Its colour as CSS, which is seen on a light and on a dark page."""
        return f"light-dark({self.colour}, {ON_DARK.get(self.colour, self.colour)})"

    def faded(self, opacity: float) -> str:
        """Its colour, as strong as that."""
        return self.colour if opacity == 1 else faded(self.colour, opacity)


def other_look(name: str) -> NetworkLook:
    """The look of a network of no known type, or not the only one of its type in the comparison."""
    return NetworkLook(name, OTHERS[0], "dashdot", "diamond")
