"""Whether a trained network needs its skip connections: the same function as a plain network, and its cost.

See `networks.folded`. Three networks are compared: the residual one as trained, the same with its norms
folded into the convolutions before them, and the plain one. The second tells what of a change in time is due
to norms and what to the skip connections.
"""

from collections.abc import Generator
from copy import deepcopy
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from resnet_viz.networks.folded import folded, without_norms
from resnet_viz.networks.residual import ResidualNetwork
from resnet_viz.networks.trace import trace

Form = Literal["trained", "without norms", "plain"]
_WARM_UP: Final = 2
"""Passes that are not counted: the first ones allocate memory and choose how to compute."""


@dataclass(frozen=True, slots=True, eq=False)
class Folding:
    """The three forms of a network.

    Attributes:
        forms: their names; arrays follow them.
        parameters: int64 [3]; ``multiply_adds`` of one image likewise.
        difference: largest |difference| of a logit between the trained and the plain network, over images.
        difference_double: the same where both compute in double precision.
        largest: largest |logit| of the trained network.
        same_class: share of the images to which both give the same class.
        logits: of the trained and the plain network, float32 [2, N, classes].
        seconds: of one forward pass over all images, float64 [passes so far, 3].
    """

    forms: tuple[Form, ...]
    parameters: npt.NDArray[np.int64]
    multiply_adds: npt.NDArray[np.int64]
    difference: float
    difference_double: float
    largest: float
    same_class: float
    logits: npt.NDArray[np.float32]
    seconds: npt.NDArray[np.float64]


def measure_folding(network: nn.Module, images: Tensor, *, passes: int) -> Generator[Folding]:
    """Fold and compare ``network`` in evaluation mode; yields before the first timed pass and after each.

    Args:
        images: float [N, C, H, W], normalised, on the CPU.
        passes: timed ones of each form, in turn.

    Raises:
        InvalidSetting: as `networks.folded.folded`.
    """
    plain = folded(network)
    assert isinstance(network, ResidualNetwork)
    trained = deepcopy(network).cpu().eval()
    forms: dict[Form, nn.Module] = {
        "trained": trained,
        "without norms": without_norms(trained),
        "plain": plain,
    }
    channels, px = images.shape[1], images.shape[-1]
    traced = [trace(deepcopy(form).to("meta"), channels, px) for form in forms.values()]
    before, after = _logits(trained, images), _logits(plain, images)
    double = deepcopy(trained).double()
    exact = _logits(double, images.double()) - _logits(folded(double), images.double())
    result = Folding(
        tuple(forms),
        np.array([one.parameters for one in traced], np.int64),
        np.array([one.multiply_adds for one in traced], np.int64),
        float((before - after).abs().max()),
        float(exact.abs().max()),
        float(before.abs().max()),
        float((before.argmax(1) == after.argmax(1)).double().mean()),
        torch.stack([before, after]).float().numpy(),
        np.zeros((0, len(forms))),
    )
    yield result
    seconds: list[list[float]] = []
    for number in range(_WARM_UP + passes):
        taken = [_time(form, images) for form in forms.values()]
        if number >= _WARM_UP:
            seconds.append(taken)
            yield replace(result, seconds=np.array(seconds))


@torch.inference_mode()
def _logits(network: nn.Module, images: Tensor) -> Tensor:
    logits: Tensor = network(images)
    return logits


@torch.inference_mode()
def _time(network: nn.Module, images: Tensor) -> float:
    start = perf_counter()
    network(images)
    return perf_counter() - start
