"""One map for each image: `attribute`, the way to all methods."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from resnet_viz.attribution.completeness import Balance
from resnet_viz.attribution.contrast import contrasted, refuse_contrast
from resnet_viz.attribution.methods import METHODS, AttributionOptions, Emptiness, Method
from resnet_viz.attribution.restoring import Cancelled, never, undisturbed
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_

if TYPE_CHECKING:
    from resnet_viz.attribution.captum_calls import Call

_DEFAULTS = AttributionOptions()
# Pixels of the images sent through at once, by measurement: 127 images of 28 px are fastest on a CPU.
_ROW_PIXELS = {"cpu": 100_000, "cuda": 3_200_000}
# Pixels sent through for one map before it is no longer refined: 800 images of 32 px, none beyond the first
# fifty of 224 px, which take a minute on a CPU.
_REFINED_PIXELS = 800 * 32**2


@dataclass(frozen=True, slots=True, eq=False)
class AttributionMap:
    """Raw maps as the method gives them: signed, before upsampling and ReLU.

    Attributes:
        method: key of `METHODS`.
        tap: the layer they belong to, or empty where they belong to the image.
        values: float32 [B, h, w].
        balances: of each map, where the method is complete; else empty.
    """

    method: str
    tap: str
    values: npt.NDArray[np.float32]
    balances: tuple[Balance, ...] = ()

    @property
    def minimum(self) -> npt.NDArray[np.float32]:
        """Smallest value of each map, [B]."""
        return np.asarray(self.values.min((1, 2)))

    @property
    def maximum(self) -> npt.NDArray[np.float32]:
        """Largest value of each map, [B]."""
        return np.asarray(self.values.max((1, 2)))

    @property
    def is_empty(self) -> npt.NDArray[np.bool_]:
        """Which maps have nothing left after ReLU, [B]."""
        return np.asarray(self.maximum <= 0)

    def emptiness(self, index: int) -> Emptiness:
        """Why map ``index`` is empty, see `remarks.emptiness_sentence`; "" where it is not."""
        if self.maximum[index] > 0:
            return ""
        return "negative" if self.minimum[index] < 0 else "zero"


def attribute(
    network: nn.Module,
    images: Tensor,
    targets: Tensor,
    method: str,
    tap: str | None = None,
    options: AttributionOptions = _DEFAULTS,
    *,
    cancelled: Callable[[], bool] = never,
    on_progress: Callable[[int], None] | None = None,
    rows: int | None = None,
) -> AttributionMap:
    """Maps of ``images`` for the classes ``targets``; ``network`` stays as it was.

    Args:
        network: logits [B, classes] out, on the images' device; its last linear
            layer is the classifier.
        images: float32 [B, C, H, W], normalised so that zero is the mean colour.
        targets: int64 [B].
        method: key of `METHODS`.
        tap: path of a module that puts out feature maps, where the method needs one.
        options: with ``against`` the maps are of the logits' difference, see `contrast`.
        cancelled: asked before each forward pass and between batches.
        on_progress: told how many maps are ready, after each batch.
        rows: images to send through the network at once; by default as many as suit their size.

    Raises:
        InvalidSetting: no such method, layer or class, or they do not fit each other.
        Cancelled: ``cancelled`` said so.
    """
    chosen = METHODS.get(method)
    if chosen is None:
        raise InvalidSetting(
            "unknown_method",
            N_("There is no method named {method}. Methods: {methods}."),
            field="method",
            method=method[:60],
            methods=", ".join(METHODS),
        )
    refuse_misfit(chosen, network)
    layer = _layer(chosen, network, tap)
    _check_images(network, images, targets)
    if options.against is not None:
        refuse_contrast(chosen, targets, options.against, _classes(network))
    from resnet_viz.attribution.captum_calls import CALLS, Call

    at_once = rows or rows_at_once(images)
    found: list[Tensor] = []
    balances: list[Balance] = []
    done = 0
    with undisturbed(network, cancelled), _spatial(layer, chosen), contrasted(network, options.against):
        for part, classes in zip(images.split(at_once), targets.split(at_once), strict=True):
            if cancelled():
                raise Cancelled
            own = part.detach().clone(memory_format=torch.channels_last).requires_grad_()
            call = Call(network, layer, own, classes.to(part.device), options, at_once)
            if chosen.complete:
                maps, balanced = _balanced(call, chosen, cancelled)
                balances += balanced
            else:
                maps = CALLS[method](call).detach().float()
            found.append(maps.cpu())
            done += len(part)
            if on_progress is not None:
                on_progress(done)
    values = torch.cat(found)
    if not values.isfinite().all():
        raise InvalidSetting(
            "map_not_finite",
            N_("This network's outputs are not finite numbers here, as after a diverged training."),
            field="network",
        )
    return AttributionMap(method, (tap or "") if chosen.needs_tap else "", values.numpy(), tuple(balances))


def rows_at_once(images: Tensor) -> int:
    """How many images of the size of ``images`` [B, C, H, W] to send through a network at once."""
    pixels = _ROW_PIXELS.get(images.device.type, _ROW_PIXELS["cpu"])
    return max(1, pixels // (images.shape[-2] * images.shape[-1]))


def upsampled(values: npt.NDArray[np.float32], height_px: int, width_px: int) -> npt.NDArray[np.float32]:
    """Maps [B, h, w] bilinearly at [B, height_px, width_px]; corners are corners of pixels."""
    maps = torch.from_numpy(np.ascontiguousarray(values))[:, None]
    scaled = F.interpolate(maps, size=(height_px, width_px), mode="bilinear", align_corners=False)
    result: npt.NDArray[np.float32] = scaled[:, 0].numpy()
    return result


def refuse_misfit(method: Method, network: nn.Module) -> None:
    """Raise `InvalidSetting` where ``method`` would be silently wrong on ``network``."""
    if not method.needs_relu:
        return
    relus = [module for module in network.modules() if isinstance(module, nn.ReLU)]
    if not relus or any(relu.inplace for relu in relus):
        raise InvalidSetting(
            "method_needs_relu",
            N_("{method} needs a network in which every ReLU is a module of its own; choose another method."),
            field="method",
            method=method.title,
        )
    # DeepLift knows a rule for rectifiers; through other non-linear layers its sum would be wrong.
    if method.complete and any(isinstance(module, nn.GroupNorm) for module in network.modules()):
        raise InvalidSetting(
            "method_needs_linear_norm",
            N_("{method} has no rule for group normalisation; choose another method, e.g. {other}."),
            field="method",
            method=method.title,
            other=METHODS["integrated-gradients"].title,
        )


def _balanced(call: "Call", method: Method, cancelled: Callable[[], bool]) -> tuple[Tensor, list[Balance]]:
    """Maps of ``call`` and what they sum to; an integral gets more steps until it fits, up to a bound."""
    from resnet_viz.attribution.captum_calls import CALLS

    maps = CALLS[method.name](call).detach().float()
    with torch.no_grad():
        own, mean_colour = (call.network(images) for images in (call.images, torch.zeros_like(call.images)))
    differences = (own - mean_colour).gather(1, call.targets[:, None])[:, 0].tolist()
    steps = call.options.steps if method.integrates else None

    def weighed(index: int) -> Balance:
        return Balance(float(maps[index].double().sum()), differences[index], steps)

    balances = [weighed(index) for index in range(len(maps))]
    most = min(call.options.most_steps, _REFINED_PIXELS // call.images[0, 0].numel())
    while steps is not None and 2 * steps <= most:
        left = [
            index
            for index, balance in enumerate(balances)
            if isfinite(balance.remainder) and not balance.fits
        ]
        if not left:
            break
        if cancelled():
            raise Cancelled
        steps *= 2
        images = call.images.detach()[left].requires_grad_()
        options = call.options.but(steps=steps)
        maps[left] = (
            CALLS[method.name](replace(call, images=images, targets=call.targets[left], options=options))
            .detach()
            .float()
        )
        for index in left:
            balances[index] = weighed(index)
    return maps, balances


def _layer(method: Method, network: nn.Module, tap: str | None) -> nn.Module:
    if not method.needs_tap:
        return network
    if not tap:
        raise InvalidSetting(
            "needs_tap", N_("{method} needs a layer; choose one."), field="tap", method=method.title
        )
    try:
        return network.get_submodule(tap)
    except AttributeError:
        raise InvalidSetting(
            "unknown_tap", N_("This network has no layer named {tap}."), field="tap", tap=tap[:60]
        ) from None


@contextmanager
def _spatial(layer: nn.Module, method: Method) -> Iterator[None]:
    """Refuse a layer without feature maps of its own, as soon as it has answered."""

    def check(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        # A module that hands its input on has no gradient of its own: others read the same tensor.
        if output.ndim != 4 or output is inputs[0]:
            raise InvalidSetting(
                "tap_without_maps",
                N_("This layer has no feature maps; choose a convolution, a block or a stage."),
                field="tap",
            )

    hook = layer.register_forward_hook(check) if method.needs_tap else None
    try:
        yield
    finally:
        if hook is not None:
            hook.remove()


def _classes(network: nn.Module) -> int:
    return [module.out_features for module in network.modules() if isinstance(module, nn.Linear)][-1]


def _check_images(network: nn.Module, images: Tensor, targets: Tensor) -> None:
    channels = next(module.in_channels for module in network.modules() if isinstance(module, nn.Conv2d))
    classes = _classes(network)
    if images.ndim != 4 or not len(images) or images.shape[1] != channels:
        raise InvalidSetting(
            "wrong_images",
            N_("This network needs images with {channels} colour channels, not an array of shape {shape}."),
            field="images",
            channels=channels,
            shape=" × ".join(map(str, images.shape)),
        )
    if targets.shape != images.shape[:1] or not ((targets >= 0) & (targets < classes)).all():
        raise InvalidSetting(
            "unknown_class",
            N_("Each image needs a class from 0 to {last} for this network."),
            field="target",
            last=classes - 1,
        )
