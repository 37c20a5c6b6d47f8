"""A map as it was asked for, as it came, and as it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.methods import Emptiness
from resnet_viz.ui.inspection.networks import Network, Slot


@dataclass(frozen=True, slots=True)
class MapAsked:
    """``layers`` by the networks' slots, empty where the method needs none; ``target`` is a class."""

    method: str
    layers: Mapping[Slot, str]
    target: int

    def layer(self, network: Network) -> str:
        """Of this network; empty where the method needs none."""
        return self.layers.get(network.slot, "")


@dataclass(frozen=True, slots=True, eq=False)
class NetworkMap:
    """``values`` float32 [h, w], signed; or None and a sentence why not."""

    network: Network
    values: npt.NDArray[np.float32] | None
    empty: Emptiness = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """``scale`` is ``own`` or ``shared``; ``opacity`` a share of 1."""

    signed: bool
    scale: str
    opacity: float
