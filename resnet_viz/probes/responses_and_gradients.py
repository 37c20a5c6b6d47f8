"""How signals flow up and gradients flow down a network, on one fixed batch."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.networks.built import BuiltNetwork


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Layer responses and block-output gradients, one float32 value per named tap."""

    response_taps: tuple[str, ...]
    response_std: npt.NDArray[np.float32]
    block_taps: tuple[str, ...]
    block_gradient: npt.NDArray[np.float32]


def measure_flow(network: BuiltNetwork, images: Tensor, labels: Tensor) -> Flow:
    """Measure ``network`` in training mode; its weights, gradients and statistics stay untouched.

    Responses: standard deviation over batch and space of each convolution's
    output after normalisation, before non-linearity and addition (He et al.
    2015 §4.2, Fig. 7). Gradients: ‖∂L/∂x_l‖ over the batch at the output x_l of
    block l, L the mean cross-entropy; none for a network without blocks.

    Args:
        network: the network on the images' device.
        images: float [B, C, H, W], normalised.
        labels: int64 [B].
    """
    convolutions = [tap for tap in network.taps if tap.response]
    blocks = [tap for tap in network.taps if tap.kind == "block"]
    outputs: dict[str, Tensor] = {}
    deviations: dict[str, Tensor] = {}

    def keep_deviation(name: str, output: Tensor) -> None:
        deviations[name] = output.detach().float().std(correction=0)

    def keep_output(name: str, output: Tensor) -> None:
        outputs[name] = output

    hooks = [
        network.get_submodule(tap.response).register_forward_hook(
            lambda _module, _inputs, output, name=tap.name: keep_deviation(name, output)
        )
        for tap in convolutions
    ] + [
        network.get_submodule(tap.name).register_forward_hook(
            lambda _module, _inputs, output, name=tap.name: keep_output(name, output)
        )
        for tap in blocks
    ]
    was_training = network.training
    try:
        with _preserved_statistics(network):
            network.train()
            loss = nn.functional.cross_entropy(network(images), labels)
            gradients = torch.autograd.grad(loss, [outputs[tap.name] for tap in blocks]) if blocks else ()
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)
    dtype = torch.float32 if images.device.type == "mps" else torch.float64  # tiny squares, see Meter
    norms = torch.stack(torch._foreach_norm(list(gradients), 2, dtype=dtype)) if blocks else torch.empty(0)
    return Flow(
        tuple(tap.name for tap in convolutions),
        torch.stack([deviations[tap.name] for tap in convolutions]).cpu().numpy(),
        tuple(tap.name for tap in blocks),
        norms.cpu().numpy().astype(np.float32),
    )


@contextmanager
def _preserved_statistics(network: nn.Module) -> Iterator[None]:
    before = [buffer.clone() for buffer in network.buffers()]
    try:
        yield
    finally:
        for buffer, value in zip(network.buffers(), before, strict=True):
            buffer.copy_(value)
