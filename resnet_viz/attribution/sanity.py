"""Does a map depend on what the network has learnt? Randomise its weights and see.

Adebayo et al. 2018, arXiv:1810.03292.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from resnet_viz.attribution.attribute import AttributionMap, attribute, upsampled
from resnet_viz.attribution.methods import AttributionOptions
from resnet_viz.attribution.similarity import rank_correlation, structural_similarity
from resnet_viz.attribution.undisturbed import never
from resnet_viz.networks.registry import build
from resnet_viz.networks.residual import ResidualNetwork

Floats = npt.NDArray[np.float32]

_DEFAULTS = AttributionOptions()


@dataclass(frozen=True, slots=True, eq=False)
class CascadeStep:
    """The maps after the layers from the head down to ``layer`` were randomised.

    Attributes:
        layer: tap of the layer randomised last; empty for the network as it is.
        maps: of all images.
        rank_correlation: with the first maps, signed values, [B].
        rank_correlation_absolute: the same of absolute values, [B].
        similarity: SSIM with the first maps at the size of the image, [B].

    A value is NaN where one of the two maps is constant.
    """

    layer: str
    maps: AttributionMap
    rank_correlation: Floats
    rank_correlation_absolute: Floats
    similarity: Floats


def randomisation_cascade(
    network: ResidualNetwork,
    images: Tensor,
    targets: Tensor,
    method: str,
    tap: str | None = None,
    options: AttributionOptions = _DEFAULTS,
    *,
    seed: int,
    cancelled: Callable[[], bool] = never,
) -> Iterator[CascadeStep]:
    """The maps of ``network``, then with its layers replaced one after the other, head first.

    A replaced layer has the weights and the statistics of its norms that a new
    network of the same spec has, drawn from ``seed``. ``network`` itself stays
    as it was; the other arguments are those of `attribute`.

    Raises:
        InvalidSetting: as `attribute`, also when randomised weights overflow.
        Cancelled: ``cancelled`` said so.
    """
    fresh = build(network.spec, seed).state_dict()
    scratch = copy.deepcopy(network)
    first: AttributionMap | None = None
    for layer, names in [("", []), *_layers_from_the_head(network)]:
        with torch.no_grad():
            state = scratch.state_dict()
            for name in names:
                state[name].copy_(fresh[name])
        maps = attribute(scratch, images, targets, method, tap, options, cancelled=cancelled)
        first = first or maps
        yield _compared(layer, first, maps, images.shape[-2], images.shape[-1])


def untrained_maps(
    network: ResidualNetwork,
    images: Tensor,
    targets: Tensor,
    method: str,
    tap: str | None = None,
    options: AttributionOptions = _DEFAULTS,
    *,
    seed: int,
    cancelled: Callable[[], bool] = never,
) -> AttributionMap:
    """The maps of a new network of the spec of ``network``, drawn from ``seed``: what needs no training."""
    new = build(network.spec, seed).to(images.device)
    return attribute(new, images, targets, method, tap, options, cancelled=cancelled)


def edges(images: Tensor) -> Floats:
    """Length of the Sobel gradient of the grey images, float32 [B, H, W]: what needs no network.

    A map that looks like this may show edges and nothing else (Adebayo 2018, §5.2).
    """
    grey = images.detach().float().mean(1, keepdim=True).cpu()
    across = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    kernels = torch.stack([across, across.T])[:, None]  # (2, 1, 3, 3)
    padded = torch.nn.functional.pad(grey, (1, 1, 1, 1), mode="replicate")
    length: Floats = torch.nn.functional.conv2d(padded, kernels).square().sum(1).sqrt().numpy()
    return length


def _layers_from_the_head(network: ResidualNetwork) -> list[tuple[str, list[str]]]:
    """Tap and tensor names of the head, each block and the stem, from the output down."""
    blocks = [tap.name for tap in network.taps if tap.kind == "block"]
    layers: dict[str, list[str]] = {name: [] for name in ("head", *reversed(blocks), "stem")}
    for name in network.state_dict():
        block = ".".join(name.split(".")[:2])
        outer = "stem" if name.startswith("stem") else "head"  # a last norm belongs to the head
        layers[block if block in layers else outer].append(name)
    return list(layers.items())


def _compared(
    layer: str, first: AttributionMap, maps: AttributionMap, height_px: int, width_px: int
) -> CascadeStep:
    pairs = list(zip(first.values, maps.values, strict=True))
    large = zip(
        upsampled(first.values, height_px, width_px), upsampled(maps.values, height_px, width_px), strict=True
    )
    return CascadeStep(
        layer,
        maps,
        np.array([rank_correlation(a, b) for a, b in pairs], np.float32),
        np.array([rank_correlation(abs(a), abs(b)) for a, b in pairs], np.float32),
        np.array([structural_similarity(a, b) for a, b in large], np.float32),
    )
