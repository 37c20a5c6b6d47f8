"""Each method as one call of captum: a batch in, signed maps out.

Importing this module imports captum.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from captum.attr import (
    DeepLift,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    LayerActivation,
    LayerGradCam,
    Occlusion,
    Saliency,
)
from torch import Tensor, nn

from resnet_viz.attribution.methods import AttributionOptions
from resnet_viz.attribution.restoring import separate_relu_inputs


@dataclass(frozen=True, slots=True)
class Call:
    """What a method works on.

    Attributes:
        network: in evaluation mode.
        layer: the module at the tap; the network itself where the method needs none.
        images: float32 [B, C, H, W], own to this call.
        targets: int64 [B].
        rows: images to send through the network at once.
    """

    network: nn.Module
    layer: nn.Module
    images: Tensor
    targets: Tensor
    options: AttributionOptions
    rows: int


def grad_cam(call: Call) -> Tensor:
    """Σ_k α_k A^k with α_k = mean over space of ∂y/∂A^k, y the logit (Selvaraju 2017, arXiv:1610.02391).

    Departure: the paper's ReLU is left to whoever shows the map.
    """
    maps: Tensor = LayerGradCam(call.network, call.layer).attribute(call.images, target=call.targets)
    return maps[:, 0]


def guided_grad_cam(call: Call) -> Tensor:
    """Guided Backprop × bilinearly upsampled ReLU(Grad-CAM), summed over colours (Selvaraju 2017, §3.2)."""
    with _rewritten_relus(call):
        method = GuidedGradCam(call.network, call.layer)
        values: Tensor = method.attribute(call.images, target=call.targets, interpolate_mode="bilinear")
    return values.sum(1)


def guided_backprop(call: Call) -> Tensor:
    """The gradient, negative parts cut at every ReLU, summed over colours (arXiv:1412.6806)."""
    with _rewritten_relus(call):
        values: Tensor = GuidedBackprop(call.network).attribute(call.images, target=call.targets)
    return values.sum(1)


def saliency(call: Call) -> Tensor:
    """Largest |∂y/∂pixel| of a pixel's colours (Simonyan 2014, arXiv:1312.6034, §3.1)."""
    return _gradient(call.network, call.images, call.targets).abs().amax(1)


def input_x_gradient(call: Call) -> Tensor:
    """Pixel × ∂y/∂pixel, summed over colours; zero is the mean colour (arXiv:1605.01713)."""
    values: Tensor = InputXGradient(call.network).attribute(call.images, target=call.targets)
    return values.sum(1)


def integrated_gradients(call: Call) -> Tensor:
    """Gradients on the line from zero, Gauss–Legendre, summed over colours (arXiv:1703.01365)."""
    values: Tensor = IntegratedGradients(call.network).attribute(
        call.images,
        target=call.targets,
        n_steps=call.options.steps,
        internal_batch_size=max(call.rows, len(call.images)),
    )
    return values.sum(1)


def smooth_grad(call: Call) -> Tensor:
    """`saliency` of the mean gradient over noisy copies (Smilkov 2017, arXiv:1706.03825).

    Every image gets the same noise, so that its map does not depend on the
    others of its batch; captum's NoiseTunnel draws from the global generator.
    """
    images, options = call.images.detach(), call.options
    generator = torch.Generator().manual_seed(options.seed)
    noise = torch.randn(options.samples, *images.shape[1:], generator=generator).to(images.device)
    scale = options.noise * (images.amax((1, 2, 3)) - images.amin((1, 2, 3)))
    total = torch.zeros_like(images)
    for part in noise.split(max(1, call.rows // len(images))):
        noisy = images[:, None] + scale[:, None, None, None, None] * part  # (B, S, C, H, W)
        targets = call.targets.repeat_interleave(len(part))
        gradient = _gradient(call.network, noisy.flatten(0, 1).requires_grad_(), targets)
        total += gradient.unflatten(0, (len(images), len(part))).sum(1)
    return (total / options.samples).abs().amax(1)


def occlusion(call: Call) -> Tensor:
    """Fall of the logit under a square of zeros, averaged over the squares that cover a pixel.

    Zeiler and Fergus 2014 (arXiv:1311.2901), §4.2.
    """
    channels, height, width = call.images.shape[1:]
    sides = (height, width)
    values: Tensor = Occlusion(call.network).attribute(
        call.images.detach(),
        target=call.targets,
        sliding_window_shapes=(channels, *(call.options.window_px(side) for side in sides)),
        strides=(channels, *(call.options.stride_px(side) for side in sides)),
        perturbations_per_eval=max(1, call.rows // len(call.images)),
    )
    return values[:, 0]  # the square covers all colours, so they share its value


def deep_lift(call: Call) -> Tensor:
    """Rescale rule against zeros, summed over colours (Shrikumar 2017, arXiv:1704.02685)."""
    with _rewritten_relus(call):
        values: Tensor = DeepLift(call.network).attribute(call.images, target=call.targets)
    return values.sum(1)


def activation(call: Call) -> Tensor:
    """Mean over the channels of the layer's output."""
    with torch.no_grad():
        values: Tensor = LayerActivation(call.network, call.layer).attribute(call.images)
    return values.mean(1)


CALLS: dict[str, Callable[[Call], Tensor]] = {
    "gradcam": grad_cam,
    "guided-gradcam": guided_grad_cam,
    "guided-backprop": guided_backprop,
    "saliency": saliency,
    "input-x-gradient": input_x_gradient,
    "integrated-gradients": integrated_gradients,
    "smoothgrad": smooth_grad,
    "occlusion": occlusion,
    "deeplift": deep_lift,
    "activation": activation,
}


def _gradient(network: nn.Module, images: Tensor, targets: Tensor) -> Tensor:
    gradient: Tensor = Saliency(network).attribute(images, target=targets, abs=False)
    return gradient


@contextmanager
def _rewritten_relus(call: Call) -> Iterator[None]:
    with separate_relu_inputs(call.network), warnings.catch_warnings():
        # Captum announces its hooks each time; that they go is what `undisturbed` and its tests are for.
        warnings.filterwarnings("ignore", message=r"Setting (forward, )?backward hooks")
        yield
