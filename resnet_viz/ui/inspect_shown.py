"""A map as it was asked for, as it came, and as it is looked at."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from resnet_viz.attribution.methods import Emptiness
from resnet_viz.ui.inspect_networks import Network


@dataclass(frozen=True, slots=True)
class MapAsked:
    """``tap`` is empty where the method needs no layer; ``target`` the index of a class."""

    method: str
    tap: str
    target: int


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
