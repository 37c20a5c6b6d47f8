"""Does a map depend on what the network has learnt? Randomise its weights and see.

Adebayo et al. 2018, arXiv:1810.03292.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.attribution.attribute import AttributionMap, attribute, upsampled
from resnet_viz.attribution.methods import AttributionOptions
from resnet_viz.attribution.restoring import never
from resnet_viz.attribution.similarity import rank_correlation, structural_similarity
from resnet_viz.networks.reinitialise import Network, renewed

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
    network: Network,
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
    network of the same kind has, drawn from ``seed``. ``network`` itself stays
    as it was; the other arguments are those of `attribute`. Integrals have a
    fixed number of steps.

    Raises:
        InvalidSetting: as `attribute`, also when randomised weights overflow.
        Cancelled: ``cancelled`` said so.
    """
    options = options.unrefined
    fresh = renewed(network, seed).state_dict()
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
    network: Network,
    images: Tensor,
    targets: Tensor,
    method: str,
    tap: str | None = None,
    options: AttributionOptions = _DEFAULTS,
    *,
    seed: int,
    cancelled: Callable[[], bool] = never,
) -> AttributionMap:
    """The maps of a new network of the kind of ``network``, drawn from ``seed``: what needs no training."""
    return attribute(
        renewed(network, seed), images, targets, method, tap, options.unrefined, cancelled=cancelled
    )


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


def _layers_from_the_head(network: Network) -> list[tuple[str, list[str]]]:
    """Layers and the names of their tensors, from the output down.

    They are the stem, each block and the head; without blocks, each module with
    a weight matrix. What lies between two layers goes with the first of them,
    but what follows the last block with the head.
    """
    ends = [tap.name for tap in network.taps if tap.kind in ("stem", "head")]
    blocks = [tap.name for tap in network.taps if tap.kind == "block"]
    weighted = [name for name, module in network.named_modules() if isinstance(module, nn.Conv2d | nn.Linear)]
    order = [ends[0], *blocks, ends[1]] if blocks else weighted
    layers: dict[str, list[str]] = {name: [] for name in order}
    current = order[0]
    for tensor in network.state_dict():
        owner = next((name for name in order if tensor.startswith(f"{name}.")), None)
        current = owner or (order[-1] if blocks and current == blocks[-1] else current)
        layers[current].append(tensor)
    return list(reversed(layers.items()))


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
