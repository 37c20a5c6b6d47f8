"""A map as it was asked for, as it came, and as it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.completeness import Balance
from resnet_viz.attribution.methods import METHODS, Emptiness
from resnet_viz.ui.inspection.networks import Network, Slot


@dataclass(frozen=True, slots=True)
class MapAsked:
    """``layers`` by the networks' slots, empty where the method needs none; ``target`` is a class.

    With ``against`` the map is of the difference of both classes' logits: why the one and not the other.
    Where the method knows no class, nothing depends on ``target`` and nothing is said of it.
    """

    method: str
    layers: Mapping[Slot, str]
    target: int
    against: int | None = None

    @property
    def knows_class(self) -> bool:
        """Whether the map depends on ``target``."""
        return METHODS[self.method].knows_class

    def layer(self, network: Network) -> str:
        """Of this network; empty where the method needs none."""
        return self.layers.get(network.slot, "")

    def question(self, network: Network) -> dict[str, Any]:
        """What is asked of this network, as `inspection.answers` takes it."""
        values: dict[str, Any] = {"method": self.method, "targets": np.array([self.target], np.int64)}
        if self.layer(network):
            values["tap"] = self.layer(network)
        if self.against is not None:
            values["options"] = {"against": self.against}
        return values


@dataclass(frozen=True, slots=True, eq=False)
class NetworkMap:
    """``values`` float32 [h, w], signed; or None and a sentence why not. ``balance`` of complete methods."""

    network: Network
    values: npt.NDArray[np.float32] | None
    empty: Emptiness = ""
    refusal: str = ""
    balance: Balance | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """``scale`` is ``own`` or ``shared``; ``opacity`` a share of 1."""

    signed: bool
    scale: str
    opacity: float


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What stands side by side: a map of each network with ``limits``, the values of the strongest colour.

    ``layers`` are those chosen, whether the method needs them or not; empty where there was no choice.
    """

    asked: MapAsked
    look: Look
    layers: Mapping[Slot, str]
    maps: tuple[NetworkMap, ...]
    limits: tuple[float, ...]
