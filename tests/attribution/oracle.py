"""The same maps a second time: float64 autograd, without captum and without batching."""

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.attribution.methods import AttributionOptions


class _GuidedReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        gradient: Tensor = gradients[0].clamp(min=0) * (x > 0)
        return gradient


class _RescaleReLU(torch.autograd.Function):
    """Rows: the image, then its reference; Δout/Δin instead of the derivative."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        y = x.clamp(min=0)
        difference = x[:1] - x[1:]
        slope = torch.where(difference.abs() > 1e-9, (y[:1] - y[1:]) / difference, (x[:1] > 0).double())
        return gradients[0] * slope


class _Apply(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def double(network: nn.Module, relu: type[torch.autograd.Function] | None = None) -> nn.Module:
    """A copy in float64 and evaluation mode, its rectifiers exchanged for ``relu``."""
    twin = copy.deepcopy(network).double().eval()
    if relu is not None:
        apply: Callable[[Tensor], Tensor] = relu.apply
        for name, module in list(twin.named_modules()):
            if isinstance(module, nn.ReLU):
                parent, _, leaf = name.rpartition(".")
                setattr(twin.get_submodule(parent), leaf, _Apply(apply))
    return twin


@contextmanager
def output_of(network: nn.Module, tap: str) -> Iterator[list[Tensor]]:
    """What the module at ``tap`` puts out, pass by pass."""
    seen: list[Tensor] = []
    hook = network.get_submodule(tap).register_forward_hook(lambda module, inputs, out: seen.append(out))
    try:
        yield seen
    finally:
        hook.remove()


def pixel_gradient(network: nn.Module, image: Tensor, target: int) -> Tensor:
    """∂ logit / ∂ pixel, [1, C, H, W]."""
    image = image.detach().double().requires_grad_()
    return torch.autograd.grad(network(image)[0, target], image)[0]


def expected(
    network: nn.Module, image: Tensor, target: int, method: str, tap: str, options: AttributionOptions
) -> Tensor:
    """The map float64 [h, w] of ``image`` [1, C, H, W]."""
    x = image.double()
    match method:
        case "gradcam" | "activation":
            plain = double(network)
            with output_of(plain, tap) as seen:
                logits = plain(x)
            maps = seen[0]
            if method == "activation":
                return maps.mean(1)[0].detach()
            gradient = torch.autograd.grad(logits[0, target], maps)[0]
            return torch.einsum("k,khw->hw", gradient.mean((2, 3))[0], maps[0]).detach()
        case "guided-backprop":
            return pixel_gradient(double(network, _GuidedReLU), x, target).sum(1)[0]
        case "guided-gradcam":
            cam = expected(network, image, target, "gradcam", tap, options).clamp(min=0)
            size = (x.shape[-2], x.shape[-1])
            cam = F.interpolate(cam[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]
            return cam * expected(network, image, target, "guided-backprop", tap, options)
        case "saliency":
            return pixel_gradient(double(network), x, target).abs().amax(1)[0]
        case "input-x-gradient":
            return (x * pixel_gradient(double(network), x, target)).sum(1)[0]
        case "integrated-gradients":
            return _integrated(double(network), x, target, options.steps)
        case "smoothgrad":
            generator = torch.Generator().manual_seed(options.seed)
            noise = torch.randn(options.samples, *x.shape[1:], generator=generator).double()
            sigma = options.noise * (x.max() - x.min())
            twin = double(network)
            gradients = [pixel_gradient(twin, x + sigma * one[None], target) for one in noise]
            return torch.stack(gradients).mean(0).abs().amax(1)[0]
        case "occlusion":
            return _occlusion(double(network), x, target, options)
        case "deeplift":
            twin = double(network, _RescaleReLU)
            pair = torch.cat([x, torch.zeros_like(x)]).requires_grad_()
            gradient = torch.autograd.grad(twin(pair)[:, target].sum(), pair)[0]
            return (x * gradient[:1]).sum(1)[0]
    raise AssertionError(method)


def _integrated(network: nn.Module, x: Tensor, target: int, steps: int) -> Tensor:
    import numpy as np

    points, weights = np.polynomial.legendre.leggauss(steps)
    total = torch.zeros_like(x)
    for point, weight in zip(points, weights, strict=True):
        total += weight / 2 * pixel_gradient(network, x * (point + 1) / 2, target)
    return (x * total).sum(1)[0]


def _occlusion(network: nn.Module, x: Tensor, target: int, options: AttributionOptions) -> Tensor:
    """Squares step by step; the last ones are cut off at the border."""
    side = x.shape[-1]
    window, stride = options.window_px(side), options.stride_px(side)
    total = torch.zeros(side, side, dtype=torch.float64)
    covered = torch.zeros(side, side, dtype=torch.float64)
    whole = network(x)[0, target].detach()
    starts = range(0, side - window + stride, stride)
    for top in starts:
        for left in starts:
            hidden = x.clone()
            hidden[..., top : top + window, left : left + window] = 0
            total[top : top + window, left : left + window] += whole - network(hidden)[0, target].detach()
            covered[top : top + window, left : left + window] += 1
    return total / covered
