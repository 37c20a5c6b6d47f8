"""Questions about how a network is built: no weights are needed to answer them.

Which network is asked about is said in one of three ways: ``network`` is its name
as the command line writes it, ``spec`` the values of its `NetworkSpec`, both with
the ``shape`` of the data; ``model`` is a reference of `models`. A network of
torchvision is answered for whether or not its weights are here.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from resnet_viz.architecture.graph import Architecture
from resnet_viz.data.catalogue import check_data, shape_of
from resnet_viz.data.load import load
from resnet_viz.events import Profile
from resnet_viz.inspection.models import load_model
from resnet_viz.inspection.zoo_weights import drawable, weights_here
from resnet_viz.networks.describe import architecture as of_network
from resnet_viz.networks.named import network_named
from resnet_viz.networks.onnx_file import onnx_bytes
from resnet_viz.networks.registry import build
from resnet_viz.networks.torchvision_catalogue import CHANNELS, IMAGE_PX
from resnet_viz.networks.trace import trace
from resnet_viz.probes.field_of_view import field_of_view
from resnet_viz.probes.kept_memory import kept_bytes
from resnet_viz.probes.operation_times import operation_times
from resnet_viz.processes.answering import Answerer
from resnet_viz.processes.channel import Arrays, Frame
from resnet_viz.specs import DataShape, DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.training.trainer import Trainer

_KEPT: Final = 64
_REPEATS: Final = 7


def answerers(data_folder: Path) -> dict[str, Answerer]:
    """Every question by name; runs' images are looked for in ``data_folder``."""

    def architecture(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The values of an `Architecture`."""
        return Frame(asked_architecture(values, data_folder).to_values(), {})

    def milliseconds(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Milliseconds of every operation by name, in a forward pass of ``batch`` images on the CPU.

        As in training, tensors are channels-last; medians of ``repeats`` passes.
        """
        batch, repeats = int(values.get("batch", 1)), int(values.get("repeats", _REPEATS))
        return Frame(measured_milliseconds(values, batch, data_folder, repeats), {})

    def view(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """``gradient`` float32 [H, W] of the middle pixel of ``operation``, for the image in ``images``.

        ``trained`` says whether the weights are of a training; else they are drawn from ``seed``.
        """
        found = weighted(values, data_folder)
        image = found.normalised(torch.tensor(arrays["images"][:1]))
        gradient = field_of_view(found.network, image, values["operation"])
        return Frame({"trained": found.trained}, {"gradient": gradient})

    def step_zero_gradients(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """Gradients of each convolution and the classifier before the first update, as a training has them.

        On the first batch of ``batch_size`` images of ``data``, the values of a `DataSpec`, drawn with
        ``seed``: ``norm`` ‖g‖ and ``relative`` ‖g‖/‖w‖ float32 [layers], named by ``layers``.
        """
        data = DataSpec.checked(**values.get("data", {}))
        shape = shape_of(data)
        asked = {"shape": shape.model_dump()} | dict(values)
        network, _shape = asked_network(asked, data_folder)
        recipe = {name: values[name] for name in ("seed", "batch_size") if name in values}
        train = TrainSpec.checked(steps=1, device="cpu", **recipe)
        spec = RunSpec(network=network, data=data, train=train)
        check_data(spec)
        trainer = Trainer(spec, load(data, data_folder), data_folder)
        trainer.update()
        events, _diverged_at = trainer.drain()
        rows = {event.name: event for event in events if isinstance(event, Profile)}
        relative, norm = rows["grad/relative"], rows["grad/norm"]
        return Frame(
            {"layers": list(relative.taps)},
            {
                "relative": relative.value[0].astype(np.float32),
                "norm": norm.value[0].astype(np.float32),
            },
        )

    def kept_memory(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """``bytes`` that training keeps of an image for the backward pass, measured with ``batch`` images."""
        batch = int(values.get("batch", 64))
        network, images = _untrained(values, batch, data_folder)
        return Frame({"bytes": kept_bytes(network, images) / batch}, {})

    def onnx(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """``content`` uint8 [bytes] of an ONNX file; ``trained`` as in `field_of_view`."""
        found = weighted(values, data_folder)
        content = onnx_bytes(found.network, found.channels, found.px)
        return Frame({"trained": found.trained}, {"content": np.frombuffer(content, np.uint8)})

    return {
        "architecture": architecture,
        "milliseconds": milliseconds,
        "field_of_view": view,
        "step_zero_gradients": step_zero_gradients,
        "kept_memory": kept_memory,
        "onnx": onnx,
    }


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
    return trace(_empty_zoo(name), CHANNELS, IMAGE_PX)


def _empty_zoo(name: str) -> nn.Module:
    # torchvision takes seconds to import.
    from resnet_viz.networks.torchvision_zoo import build_zoo

    with torch.device("meta"):
        return build_zoo(name, 0)


def _untrained(values: Mapping[str, Any], batch: int, data_folder: Path) -> tuple[nn.Module, Tensor]:
    """The network asked for, whatever its weights, and noise of the shape of ``batch`` images."""
    published = drawable(values["model"]) if "model" in values else None
    if published:
        network = _empty_zoo(published).to_empty(device="cpu")
        for tensor in network.state_dict().values():
            tensor.zero_()  # what lies in memory may be numbers that take long to compute with
        return network, torch.rand(batch, CHANNELS, IMAGE_PX, IMAGE_PX)
    spec, shape = asked_network(values, data_folder)
    return build(spec, shape, 0), torch.rand(batch, shape.channels, shape.px, shape.px)


def measured_milliseconds(
    values: Mapping[str, Any], batch: int, data_folder: Path, repeats: int = _REPEATS
) -> dict[str, float]:
    """Of every operation, by name: see `operation_times`."""
    network, images = _untrained(values, batch, data_folder)
    return operation_times(
        network.to(memory_format=torch.channels_last),
        images.contiguous(memory_format=torch.channels_last),
        repeats,
    )


class Weighted(NamedTuple):
    """A network with weights, of a training or drawn from a seed, and how it wants its images."""

    network: nn.Module
    normalised: Callable[[Tensor], Tensor]
    channels: int
    px: int
    trained: bool


def weighted(values: Mapping[str, Any], data_folder: Path) -> Weighted:
    """The network that ``values`` ask for, with the weights it has here, or else those of ``seed``.

    Raises:
        InvalidSetting: there is no such network.
        NotFound: there is no such model.
        CheckpointDamaged: its file cannot be read.
    """
    published = drawable(values["model"]) if "model" in values else None
    if "model" in values and (published is None or weights_here(published, data_folder)):
        model = load_model(values["model"], data_folder)
        return Weighted(model.network, model.normalised, model.image.channels, model.image.px, True)
    seed = int(values.get("seed", 0))
    if published:
        from resnet_viz.networks.torchvision_zoo import build_zoo

        return Weighted(build_zoo(published, seed), _standardised, CHANNELS, IMAGE_PX, False)
    spec, shape = asked_network(values, data_folder)
    return Weighted(build(spec, shape, seed), _standardised, shape.channels, shape.px, False)


def _standardised(images: Tensor) -> Tensor:
    """Uint8 [B, C, H, W] with the mean 0 and the deviation 1 over all of them."""
    shown = images.float() / 255
    return (shown - shown.mean()) / shown.std().clamp(min=1e-3)
