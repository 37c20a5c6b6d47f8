"""Questions about how a network is built: no weights are needed to answer them.

Which network is asked about is said in one of three ways: ``network`` is its name
as the command line writes it, ``spec`` the values of its `NetworkSpec`, both with
the ``shape`` of the data; ``model`` is a reference of `models`. A network of
torchvision is answered for whether or not its weights are here.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import torch

from resnet_viz.architecture.graph import Architecture
from resnet_viz.data.catalogue import shape_of
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.zoo_weights import drawable
from resnet_viz.networks.describe import architecture as of_network
from resnet_viz.networks.named import network_named
from resnet_viz.networks.torchvision_catalogue import CHANNELS, IMAGE_PX
from resnet_viz.networks.trace import trace
from resnet_viz.processes.answering import Answerer
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.specs import DataShape, NetworkSpec

_KEPT: Final = 64


def answerers(data_folder: Path) -> dict[str, Answerer]:
    """Every question by name; runs' images are looked for in ``data_folder``."""

    def architecture(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The values of an `Architecture`."""
        return Frame(asked_architecture(values, data_folder).to_values(), {})

    return {"architecture": architecture}


def asked_architecture(values: Mapping[str, Any], data_folder: Path) -> Architecture:
    """The operations of the network that ``values`` ask for.

    Raises:
        InvalidSetting: there is no such network.
        NotFound: there is no such model.
        CheckpointDamaged: its file cannot be read.
    """
    published = drawable(values["model"]) if "model" in values else None
    return _published(published) if published else _ours(*asked_network(values, data_folder))


def asked_network(values: Mapping[str, Any], data_folder: Path) -> tuple[NetworkSpec, DataShape]:
    """Spec and shape of the network of ours that ``values`` ask for; raises as `asked_architecture`."""
    if "model" in values:
        run = load_model(values["model"], data_folder).spec
        assert run is not None  # those without are torchvision's
        return run.network, shape_of(run.data)
    network = NetworkSpec.checked(**values["spec"]) if "spec" in values else network_named(values["network"])
    return network, DataShape.checked(**values["shape"])


@lru_cache(maxsize=_KEPT)
def _ours(network: NetworkSpec, shape: DataShape) -> Architecture:
    return of_network(network, shape)


@lru_cache(maxsize=_KEPT)
def _published(name: str) -> Architecture:
    # torchvision takes seconds to import.
    from resnet_viz.networks.torchvision_zoo import build_zoo

    with torch.device("meta"):
        network = build_zoo(name, 0)
    return trace(network, CHANNELS, IMAGE_PX)
